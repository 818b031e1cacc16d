import { expect, test } from 'vitest';
import type { Reason } from '../../src/suppression-index/verdict.ts';
import {
  type Listing,
  type SentenceInput,
  verdictSentence,
  warningSentence,
} from '../../src/suppression-index/verdict-sentence.ts';

const dnc: Listing = {
  listId: 1,
  listName: 'Do Not Call',
  since: new Date('2026-03-03T10:00:00Z'),
  reason: 'requested removal via email',
  source: 'MANUAL',
};
const listed = (listId: number, enforced: 'HARD' | 'SOFT' = 'HARD'): Reason => ({ code: 'LISTED', listId, enforced });

function say(reasons: readonly Reason[], changes: Partial<SentenceInput> = {}, decision: 'ALLOW' | 'BLOCK' = 'BLOCK') {
  const contact = { number: '+1 415 123 4567', direction: 'OUTBOUND', channel: 'CALL', listings: [dnc] } as const;
  return verdictSentence({ verdict: { decision, reasons }, ...contact, ...changes });
}

test('R3.2: what list, since when, why', () => {
  expect(say([listed(1)])).toBe(
    'Do not call +1 415 123 4567: it is on the Do Not Call list since 3 March 2026 (requested removal via email).',
  );
});

test('R3.2: every list; without a reason text, how it came; pending is said', () => {
  const dnt: Listing = { ...dnc, listId: 2, listName: 'Do not text list', reason: ' ', source: 'SMS_KEYWORD' };
  expect(say([listed(1, 'SOFT'), listed(2), listed(9)], { channel: 'SMS', listings: [dnc, dnt] })).toBe(
    'Do not text +1 415 123 4567: it is on the Do Not Call list since 3 March 2026 (requested removal via email, waiting for review), ' +
      'the Do not text list since 3 March 2026 (the person asked by text message) and a suppression list.',
  );
});

test('each other reason says what to do', () => {
  const invalid: Reason = { code: 'INVALID_NUMBER', problem: 'TOO_SHORT' };
  expect(say([invalid], { number: '12', remedy: 'Add the area code' })).toBe(
    "Do not call 12: it can't be read as a phone number. Add the area code.",
  );
  expect(say([invalid, { code: 'STALE' }], { number: '12' })).toBe(
    "Do not call 12: it can't be read as a phone number and this server may have missed the newest opt-outs. " +
      'Correct the number and check it again. Check again in a few seconds; if this stays, tell your administrator.',
  );
  expect(say([{ code: 'NOT_READY' }], { direction: 'INBOUND', channel: 'SMS' })).toBe(
    'Do not accept the text from +1 415 123 4567: this server is still loading its lists. Check again in a few seconds.',
  );
});

test('allowed: plain, emergency (R2.4), withheld caller (R2.5)', () => {
  expect(say([], {}, 'ALLOW')).toBe('You may call +1 415 123 4567.');
  expect(say([{ code: 'EMERGENCY_NUMBER' }], { number: '988' }, 'ALLOW')).toBe(
    'You may call 988: it is an emergency or crisis number, and calls to it are never blocked.',
  );
  expect(say([{ code: 'CALLER_UNREADABLE' }], { number: null, direction: 'INBOUND' }, 'ALLOW')).toMatch(
    /^You may take the call from a withheld number: .*\.$/,
  );
});

test('P2.9: a masked viewer reads no number, also not out of the reason', () => {
  const reason = 'called from +1 (415) 123-4567 and ４１５１２３４５６７.';
  const sentence = say([listed(1)], { number: '+1•••••••567', listings: [{ ...dnc, reason }] });
  expect(sentence).toContain('Do not call +1•••••••567:');
  expect(sentence).not.toMatch(/123|４１５/);
  expect(say([listed(1)], { listings: [{ ...dnc, reason }] })).toContain('123-4567');
});

test('a reason is read out in one line of bounded length', () => {
  const sentence = say([listed(1)], { listings: [{ ...dnc, reason: `a\n\nb ${'x'.repeat(5_000)}` }] });
  expect(sentence).toContain('(a b xxx');
  expect(sentence.length).toBeLessThan(320);
});

test('seed 003: a lack of consent says which consent, behind the lists, and what to do', () => {
  const lacks = (messageType: 'CONVERSATIONAL' | 'TRANSACTIONAL' | 'PROMOTIONAL'): Reason => ({
    code: 'CONSENT_INSUFFICIENT',
    messageType,
  });
  expect(say([listed(1), lacks('PROMOTIONAL')], { channel: 'SMS' })).toBe(
    'Do not text +1 415 123 4567: it is on the Do Not Call list since 3 March 2026 (requested removal via email) and ' +
      'no express written consent to promotional texts is on file. Ask for consent and record it, then check again.',
  );
  expect(say([lacks('CONVERSATIONAL')], { channel: 'SMS' })).toMatch(
    /: they have not texted first, and no other consent/,
  );
  expect(warningSentence({ code: 'CONSENT_INSUFFICIENT', messageType: 'TRANSACTIONAL' })).toBe(
    'No express consent to transactional texts is on file. Ask for consent and record it before you text.',
  );
});
