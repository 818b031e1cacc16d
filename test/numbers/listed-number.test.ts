import { describe, expect, it } from 'vitest';
import { parseListable } from '../../src/domain/numbers/listed-number.ts';

const dnc = { defaultCountry: 'US', acceptsSenders: false, keepAsReceived: false } as const;
const spam = { ...dnc, acceptsSenders: true };
const optOut = { ...dnc, keepAsReceived: true };
const key = (raw: string, options: Parameters<typeof parseListable>[1]) => {
  const listable = parseListable(raw, options);
  return listable.ok ? `${listable.kind} ${listable.key}` : listable.problem.code;
};

describe('R2.2 emergency and crisis numbers are refused on every list', () => {
  it.each([dnc, spam, optOut, { ...spam, keepAsReceived: true }])('%j', (options) => {
    expect(key('911', options)).toBe('EMERGENCY_NUMBER');
    expect(key('+1911', options)).toBe('EMERGENCY_NUMBER');
    expect(key('741741', options)).toBe('CRISIS_NUMBER');
    expect(key('+18002738255', options)).toBe('CRISIS_NUMBER');
    expect(key('1 (800) 273-8255', options)).toBe('CRISIS_NUMBER');
  });
});

describe('R2.3 other lists take E.164 alone', () => {
  it.each([
    ['(415) 123-4567', 'E164 +14151234567'],
    ['732873', 'TOO_SHORT'],
    ['AMAZON', 'LETTERS'],
  ])('%s', (raw, expected) => {
    expect(key(raw, dnc)).toBe(expected);
  });
});

describe('R2.3 SPAM also takes short codes and sender names', () => {
  it.each([
    ['(415) 123-4567', 'E164 +14151234567'],
    ['732873', 'SHORT_CODE 732873'],
    ['732-873', 'SHORT_CODE 732873'],
    ['７３２８７３', 'SHORT_CODE 732873'],
    ['7328731', 'SHORT_CODE 7328731'],
    ['73', 'TOO_SHORT'],
    ['AMAZON', 'SENDER_NAME AMAZON'],
    [' Amazon\u200b ', 'SENDER_NAME Amazon'],
    ['Bank 24-7', 'SENDER_NAME Bank 24-7'],
    ['ÅÄÖ Taxi', 'SENDER_NAME ÅÄÖ Taxi'],
    ['LONGER THAN 11', 'LETTERS'],
    ['5551234x12', 'TOO_SHORT'],
    ['4.15555E+09', 'SPREADSHEET_NUMBER'],
    ['Anonymous', 'WITHHELD'],
    ['RESTRICTED', 'WITHHELD'],
  ])('%j', (raw, expected) => {
    expect(key(raw, spam)).toBe(expected);
  });

  it('a short code is one where numbers of five digits are possible too', () => {
    expect(key('72000', { ...spam, defaultCountry: 'DE' })).toBe('SHORT_CODE 72000');
    expect(key('12345678', { ...spam, defaultCountry: 'NO' })).toBe('E164 +4712345678');
  });

  it('matches exactly: case counts', () => {
    expect(key('amazon', spam)).not.toBe(key('AMAZON', spam));
  });
});

describe('R2.3 an opt-out is never refused over its format', () => {
  it.each([
    ['(415) 123-4567', 'E164 +14151234567'],
    ['  732-873 ', 'AS_RECEIVED 732-873'],
    ['Amazon', 'AS_RECEIVED Amazon'],
    ['jane@example.com', 'AS_RECEIVED jane@example.com'],
    ['4.15555E+09', 'AS_RECEIVED 4.15555E+09'],
    ['+5215512345678', 'AS_RECEIVED +5215512345678'],
    ['a\u0000b\ud800', 'AS_RECEIVED a\ufffdb\ufffd'],
    ['x'.repeat(300), `AS_RECEIVED ${'x'.repeat(300)}`],
    ['\u200b', 'AS_RECEIVED \u200b'],
    ['  ', 'EMPTY'],
    ['x'.repeat(513), 'UNSTORABLE'],
  ])('%j', (raw, expected) => {
    expect(key(raw, optOut)).toBe(expected);
  });
});
