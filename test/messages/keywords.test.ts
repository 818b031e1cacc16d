import { expect, test } from 'vitest';
import {
  addedKeywordProblem,
  Keywords,
  legalOptOutKeywords,
  removedKeywordProblem,
} from '../../src/domain/messages/keywords.ts';
import { understandMessage } from '../../src/domain/messages/understand-message.ts';

const all = [
  'STOP',
  'STOPALL',
  'STOP ALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPT OUT',
  'OPT-OUT',
  'OPTOUT',
  'REMOVE',
];

test.each(all)('R4.2: %s opts out as the whole message, whatever case, punctuation, emoji or "please"', (word) => {
  const lower = word.toLowerCase();
  for (const text of [
    word,
    lower,
    `${word}.`,
    `"${lower}"`,
    `  ${word}!!  `,
    `${lower} 🙏`,
    `🛑 ${word} 🛑`,
    `please ${lower}`,
    `${word} PLS`,
    `(${word})`,
    `*${lower}*`,
    `¡${word}!`,
    `${lower}\n`,
  ]) {
    expect(understandMessage(text), text).toMatchObject({ meaning: 'OPT_OUT', via: 'KEYWORD', certainty: 'HIGH' });
  }
});

test.each([
  'CANCEL my visit',
  'END of June',
  'QUIT smoking',
  'REMOVE the fee',
  'REVOKE his key',
  'UNSUBSCRIBED?',
  'STOPS',
  'friend',
  'cancelled',
])('R4.2: not as a part of another message: %s', (text) => {
  expect(understandMessage(text).via).not.toBe('KEYWORD');
});

test.each([...legalOptOutKeywords])('R4.2: %s (47 CFR 64.1200(a)(10)) stays, whatever an environment says', (word) => {
  expect(removedKeywordProblem(word.toLowerCase())).toBe('REQUIRED_BY_LAW');
  const keywords = new Keywords({ removed: [word] });
  expect(understandMessage(word, { keywords })).toMatchObject({ meaning: 'OPT_OUT', via: 'KEYWORD' });
});

test('R4.2: the others may go, and come in any language', () => {
  expect(removedKeywordProblem('STOPALL')).toBeNull();
  const keywords = new Keywords({ added: ['停止', 'ARRÊT', 'стоп', 'Ya No Más', 'توقف'], removed: ['stopall'] });
  expect(understandMessage('STOPALL', { keywords }).via).not.toBe('KEYWORD');
  expect(understandMessage('STOP ALL', { keywords }).via).toBe('KEYWORD');
  for (const text of ['停止', '停止！', 'arret', 'СТОП', 'ya no mas, por favor', 'توقف']) {
    expect(understandMessage(text, { keywords }), text).toMatchObject({ meaning: 'OPT_OUT', via: 'KEYWORD' });
  }
  expect(understandMessage('停止了吗', { keywords }).meaning).toBe('NONE');
});

test('a keyword that would turn an opt-in or a call for help into an opt-out is refused', () => {
  expect(addedKeywordProblem(' start ')).toBe('HAS_A_MEANING');
  expect(addedKeywordProblem('Yes!')).toBe('HAS_A_MEANING');
  expect(addedKeywordProblem('help')).toBe('HAS_A_MEANING');
  expect(addedKeywordProblem(' 🛑 ')).toBe('EMPTY');
  expect(addedKeywordProblem('x'.repeat(41))).toBe('TOO_LONG');
  expect(addedKeywordProblem('BASTA')).toBeNull();
  expect(understandMessage('START', { keywords: new Keywords({ added: ['start'] }) }).meaning).toBe('OPT_IN');
});

test.each(['START', 'Start', 'start.', ' "UNSTOP" ', 'unstop!', 'YES', 'yes', '(Yes)', '¡Yes!', 'ＹＥＳ'])(
  'R4.3: %s opts in',
  (text) => {
    expect(understandMessage(text)).toMatchObject({ meaning: 'OPT_IN', via: 'KEYWORD' });
  },
);

test.each([
  'yes please',
  'START please',
  'start 👍',
  'YES 👍',
  'yes yes',
  'start now',
  'yes, Tuesday',
  'restart',
  'y.e.s',
  'sta rt',
  'START HELP',
])('R4.3: no more than case and outer punctuation is forgiven: %s', (text) => {
  expect(understandMessage(text).meaning).toBe('NONE');
});

test.each([
  'START STOP',
  'stop start',
  'Yes, stop',
  'yes cancel',
  'unstop? stop',
  'STOP HELP',
  'yes. stop texting me',
  'START! no wait, take me off your list',
])('R4.3: a message with both an opt-in and an opt-out is an opt-out: %s', (text) => {
  expect(understandMessage(text).meaning).toBe('OPT_OUT');
});

test.each(['HELP', 'help!', 'Info', 'INFO?', 'help please', '🆘 help'])('R4.5: %s asks for help', (text) => {
  expect(understandMessage(text)).toMatchObject({ meaning: 'HELP', via: 'KEYWORD' });
});

test.each(['help me move', 'more info', 'helpful'])('R4.5: %s does not', (text) => {
  expect(understandMessage(text).meaning).toBe('NONE');
});
