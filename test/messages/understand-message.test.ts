import { describe, expect, test } from 'vitest';
import { Keywords } from '../../src/domain/messages/keywords.ts';
import { understandMessage, understandTurn } from '../../src/domain/messages/understand-message.ts';
import { labelledMessages, understood } from './labelled-messages.ts';

describe('which words decided', () => {
  test('a sentence is answered with the rule, the words and where they stand in the text as it came', () => {
    const text = '“Hi!” 😀 PLEASE, take me off your list — thx';
    const read = understandMessage(text);
    expect(read).toMatchObject({
      meaning: 'OPT_OUT',
      via: 'PHRASE',
      certainty: 'HIGH',
      rule: 'take off the list',
      channels: [],
      language: 'en',
    });
    expect(read.decidedBy.map((words) => words.text)).toEqual(['take me off your list']);
    expect(text.slice(read.decidedBy[0]!.start, read.decidedBy[0]!.end)).toBe('take me off your list');
  });

  test('a keyword is answered with the word', () => {
    expect(understandMessage(' “Stop” please!! 🛑')).toMatchObject({
      meaning: 'OPT_OUT',
      via: 'KEYWORD',
      certainty: 'HIGH',
      rule: null,
      decidedBy: [{ text: 'Stop” please', start: 2, end: 14 }],
    });
  });

  test('for every labelled opt-out the words are a part of the text', () => {
    for (const message of labelledMessages().filter(({ label }) => label === 'OPT_OUT')) {
      for (const { text, start, end } of understood(message).decidedBy) {
        expect(message.text.slice(start, end)).toBe(text);
        expect(text.trim()).not.toBe('');
      }
    }
  });

  test.each([
    ['stop calling me', ['CALL']],
    ['no more texts', ['SMS']],
    ['do not contact me by any means', ['CALL', 'SMS']],
    ["don't call or text me again", ['CALL', 'SMS']],
    ["don't call me, text me", ['CALL']],
    ["don't text, call", ['SMS']],
    ['ya no me llamen', ['CALL']],
    ['no me escriban más', ['SMS']],
    ['take me off your list', []],
    ['STOP', []],
  ] as const)('R4.4: "%s" speaks of %j', (text, channels) => {
    expect(understandMessage(text)).toMatchObject({ meaning: 'OPT_OUT', channels });
  });
});

describe('certainty', () => {
  test.each([
    'please take me off your list',
    'lose my number',
    'quit texting me',
    'wrong number, remove me',
    "If you don't stop I'll call the FCC",
    'I told you to remove me',
    'deje de escribirme',
    'quíteme de la lista',
  ])('HIGH: %s', (text) => {
    expect(understandMessage(text)).toMatchObject({ meaning: 'OPT_OUT', certainty: 'HIGH' });
  });

  test.each([
    'wrong number',
    'not interested',
    'f off',
    'número equivocado',
    'why do you keep texting me',
    "your unsubscribe link doesn't work",
  ])('MEDIUM, for a person to look at: %s', (text) => {
    expect(understandMessage(text)).toMatchObject({ meaning: 'OPT_OUT', certainty: 'MEDIUM' });
  });
});

describe('people name their own number when they opt out', () => {
  test.each([
    ['STOP 4155550123', 'KEYWORD'],
    ['STOP +14155550123', 'KEYWORD'],
    ['unsubscribe 415-555-0123', 'KEYWORD'],
    ['cancel (415) 555-0123', 'KEYWORD'],
    ['unsubscribe me 4155550123', 'PHRASE'],
    ['remove my number 415 555 0123', 'PHRASE'],
    ["don't call +14155550123 again", 'PHRASE'],
    ['do not text 4155550123', 'PHRASE'],
  ])('%s', (said, via) => {
    expect(understandMessage(said)).toMatchObject({ meaning: 'OPT_OUT', via, certainty: 'HIGH' });
  });

  test('in calls too', () => {
    expect(understandTurn('take 415 555 0123 off your list')).toMatchObject({ certainty: 'HIGH' });
  });

  test.each([
    'call me at 415 555 0123',
    'START 4155550123',
    'YES 4155550123',
    'is this 4155550123?',
    'please stop by, my new number is 415 555 0123',
    'cancel my appointment 4155550123',
  ])('and not here: %s', (said) => {
    expect(understandMessage(said)).toMatchObject({ meaning: 'NONE' });
  });
});

describe('what only looks alike is left alone', () => {
  test.each([
    'cancel my appointment', "I'll stop by tomorrow", 'call me back after six', "don't stop texting me", 'can you stop the delivery',
    'end of the month', 'Message blocking is active', 'This number is not monitored', 'Reply STOP to unsubscribe', 'How do I opt out?', 'my brother said stop',
    '> Reply STOP to unsubscribe\nsee you at four', 'Liked “Reply STOP to opt out”',
    'Loved “stop calling”', 'Hi Sarah, this is Dr. Smith. Reply STOP to opt out.',
    'I texted STOP by accident, put me back on', 'no me llame hoy, mejor mañana', 'no dejen de escribirme', '', ' ', '👍', '...', '\u0000',
  ])('%j', (text) => {
    expect(understandMessage(text).meaning).toBe('NONE');
    expect(understandTurn(text).meaning).toBe('NONE');
  }); // biome-ignore format: a list
});

describe('said aloud', () => {
  test('keywords are for texts: "cancel", "yes" and "help" mean nothing in a call', () => {
    for (const text of ['cancel', 'end', 'yes', 'start', 'help', 'info', 'not interested']) {
      expect(understandTurn(text).meaning).toBe('NONE');
    }
  });

  test.each(["please don't call me again", 'put me on your do not call list', 'no vuelvan a llamar', 'stop'])(
    '%s',
    (text) => {
      expect(understandTurn(text)).toMatchObject({ meaning: 'OPT_OUT', via: 'PHRASE' });
    },
  );
});

test('phrases of a campaign count as clear requests, whatever their case, accents and punctuation', () => {
  const phrases = ['adiós para siempre', 'code red'];
  expect(understandTurn('Well: CODE... red!', { phrases })).toMatchObject({
    meaning: 'OPT_OUT',
    certainty: 'HIGH',
    rule: 'own phrase',
  });
  expect(understandTurn('Well: CODE... red!', { phrases }).decidedBy).toEqual([
    { text: 'CODE... red', start: 6, end: 17 },
  ]);
  expect(understandMessage('Adios, para siempre', { phrases }).meaning).toBe('OPT_OUT');
  expect(understandMessage('code blue', { phrases }).meaning).toBe('NONE');
  expect(understandMessage('wrong number, code red', { phrases }).certainty).toBe('HIGH');
});

test('the same whatever the case, and in the forms that phones make of it', () => {
  for (const { text, label } of labelledMessages().filter(
    ({ kind, split }) => kind === 'SMS' && split === 'untouched',
  )) {
    if (label !== 'OPT_OUT') continue;
    expect(understandMessage(text.toUpperCase()).meaning).toBe(understandMessage(text).meaning);
    expect(understandMessage(text.normalize('NFD')).meaning).toBe(understandMessage(text).meaning);
  }
  for (const text of [
    'don’t text me',
    "don't text me",
    'don´t text me',
    'dont text me',
    'ＤＯＮＴ ｔｅｘｔ ｍｅ',
    'don\u200b’t te\u200dxt me',
    '𝐝𝐨𝐧𝐭 𝐭𝐞𝐱𝐭 𝐦𝐞',
  ]) {
    expect(understandMessage(text).meaning).toBe('OPT_OUT');
  }
});

test('own keywords of an environment', () => {
  const keywords = new Keywords({ added: ['ARRET', 'ya no'] });
  expect(understandMessage('¡Arrêt!', { keywords })).toMatchObject({ meaning: 'OPT_OUT', via: 'KEYWORD' });
});

describe('cost', () => {
  const hostile = [
    'stop ', "don't ", "don't stop texting me ", 'please ', 'i want you to not please really ', '"', '“', '“a ', 'f*', 'a', 's t ', 'to stop if you ',
    'no more ', 'no me ', '1 ', '😂', 's\u0301', 'please, ', 'take me off of the ', 'revoke any all ', 'xq zv ', '> ', '\n', 'how do i unsubscribe ', 'i texted stop by accident. ', 'stop. haha ', 
  ]; // biome-ignore format: a list

  test.each(hostile)('grows with the length of the text and no faster: %j', (part) => {
    const cost = (length: number) => {
      const text = part.repeat(Math.ceil(length / part.length)).slice(0, length);
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round += 1) {
        const start = process.cpuUsage();
        understandMessage(text);
        const used = process.cpuUsage(start);
        least = Math.min(least, (used.user + used.system) / 1000);
      }
      return least;
    };
    expect(cost(10_000)).toBeLessThan(10 * cost(2_500) + 5);
  });

  test('nobody reads on behind ten thousand characters', () => {
    expect(understandMessage(`${'x '.repeat(5_000)}take me off your list`).meaning).toBe('NONE');
    expect(understandMessage(`${'x '.repeat(4_900)}. take me off your list`).meaning).toBe('OPT_OUT');
  });
});
