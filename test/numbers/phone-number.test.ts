import type { CountryCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../../src/domain/numbers/phone-number.ts';

function e164(raw: string, defaultCountry: CountryCode = 'US'): string {
  const parsed = parsePhoneNumber(raw, { defaultCountry });
  return parsed.ok ? parsed.e164 : parsed.problem.code;
}

describe('R2.1 what a person or a phone prints is accepted', () => {
  it.each([
    ['canonical', '+14151234567'],
    ['brackets and a dash', '(415) 123-4567'],
    ['dots', '415.123.4567'],
    ['trunk 1', '1-415-123-4567'],
    ['outer blanks, tabs and a line end', '\t +1 415 123 4567 \r\n'],
    ['no-break and thin spaces', '+1\u00a0415\u2009123\u202f4567'],
    ['ideographic space', '+1\u3000415\u3000123\u30004567'],
    ['typographic dashes and minus', '+1\u2010415\u2013123\u22124567'],
    ['bidi marks of a contact card', '\u202a+1 (415) 123-4567\u202c'],
    ['right-to-left isolates', '\u2068+14151234567\u2069'],
    ['zero width, soft hyphen, BOM', '\ufeff+1\u200b415\u00ad123\u20604567'],
    ['control characters', '+1415\u0000123\u001f4567'],
    ['full-width plus and digits', '＋１４１５１２３４５６７'],
    ['full-width brackets', '（４１５）１２３－４５６７'],
    ['Arabic-Indic digits', '+١٤١٥١٢٣٤٥٦٧'],
    ['Devanagari digits', '+१४१५१२३४५६७'],
    ['Bengali digits', '+১৪১৫১২৩৪৫৬৭'],
    ['mathematical bold digits', '+𝟏𝟒𝟏𝟓𝟏𝟐𝟑𝟒𝟓𝟔𝟕'],
    ['keycap emoji', '+1 4\ufe0f\u20e31\ufe0f\u20e35\ufe0f\u20e3 123 4567'],
    ['leading apostrophe', "'+14151234567"],
    ['typographic apostrophe', '’+14151234567'],
    ['quotes', '"+1 415 123 4567"'],
    ['tel URI', 'tel:+1-415-123-4567'],
    ['tel URI in capitals, escaped', 'TEL:%2B1-415-123-4567'],
    ['tel URI with extension', 'tel:+1-415-123-4567;ext=12'],
    ['tel URI with other parameters', 'tel:+14151234567;isub=12;x=y'],
    ['tel URI with context', 'tel:4151234567;phone-context=+1'],
    ['tel URI with a domain as context', 'tel:4151234567;phone-context=example.com'],
    [';ext=', '+14151234567;ext=12'],
    ['x12', '415 123 4567 x12'],
    ['ext. 12', '415-123-4567 ext. 12'],
    ['extension 12', '415-123-4567, extension 12'],
    ['#12', '415-123-4567 #12'],
    ['full-width x', '415-123-4567 ｘ12'],
    ['a pause', '+14151234567,,12#'],
    ['+ in brackets', '(+1) 415 123 4567'],
  ])('%s', (_name, raw) => {
    expect(e164(raw)).toBe('+14151234567');
  });

  it.each<[string, CountryCode, string]>([
    ['011 44 20 7946 0958', 'US', '+442079460958'],
    ['00 44 20 7946 0958', 'DE', '+442079460958'],
    ['0011 44 20 7946 0958', 'AU', '+442079460958'],
    ['8~10 44 20 7946 0958', 'RU', '+442079460958'],
    ['+44 (0)20 7946 0958', 'US', '+442079460958'],
    ['+49 (0) 30 1234567', 'US', '+49301234567'],
    ['+39 06 1234567', 'US', '+39061234567'],
    ['+39 (0)6 1234567', 'US', '+39061234567'],
    ['020 7946 0958', 'GB', '+442079460958'],
    ['030/1234567', 'DE', '+49301234567'],
    ['8 495 123 45 67', 'RU', '+74951234567'],
    ['011 15 1234 5678', 'AR', '+5491112345678'],
    ['03ー1234ー5678', 'JP', '+81312345678'],
    ['+800 1234 5678', 'US', '+80012345678'],
  ])('%s dialled in %s', (raw, country, expected) => {
    expect(e164(raw, country)).toBe(expected);
  });
});

describe('R2.2 possible is enough', () => {
  it.each(['+14151234567', '+15555550123', '+10000000000', '+12125550100'])('%s', (raw) => {
    expect(e164(raw)).toBe(raw);
  });
});

describe('R2.2 what can’t be a number is refused with a reason', () => {
  it.each<[string, string]>([
    ['', 'EMPTY'],
    [' \u200b\t', 'EMPTY'],
    ["'", 'EMPTY'],
    ['+', 'NOT_A_NUMBER'],
    ['---', 'NOT_A_NUMBER'],
    ['++14151234567', 'NOT_A_NUMBER'],
    ['*67 415 123 4567', 'NOT_A_NUMBER'],
    ['①②③④⑤⑥⑦⑧⑨⑩', 'NOT_A_NUMBER'],
    ['+1 415 123 4567 \ud800', 'NOT_A_NUMBER'],
    ['1-800-FLOWERS', 'LETTERS'],
    ['415-I23-4567', 'LETTERS'],
    ['n/a', 'LETTERS'],
    ['415-12x-4567', 'LETTERS'],
    ['+1 415 123 4567, +1 415 123 4568', 'SEVERAL_NUMBERS'],
    ['415-123-4567 / 415-123-4568', 'SEVERAL_NUMBERS'],
    ['4151234567/68', 'SEVERAL_NUMBERS'],
    ['415-123-4567 or 415-123-4568', 'SEVERAL_NUMBERS'],
    ['4151234567;4151234568', 'SEVERAL_NUMBERS'],
    ['4.155551234E9', 'SPREADSHEET_NUMBER'],
    ['4,15555E+09', 'SPREADSHEET_NUMBER'],
    ['4155551234.0', 'SPREADSHEET_NUMBER'],
    ['1234567', 'TOO_SHORT'],
    ['+1415123456', 'TOO_SHORT'],
    ['+4', 'TOO_SHORT'],
    ['415 123 45678', 'TOO_LONG'],
    ['00442079460958', 'TOO_LONG'],
    ['+49 1234567890123456', 'TOO_LONG'],
    ['+49 12345678901234', 'TOO_LONG'],
    ['+4412345678', 'IMPOSSIBLE_LENGTH'],
    ['+999123456789', 'UNKNOWN_COUNTRY_CODE'],
    ['+0114151234567', 'UNKNOWN_COUNTRY_CODE'],
    ['1'.repeat(65), 'TOO_LONG_TEXT'],
  ])('%j is %s', (raw, code) => {
    expect(e164(raw)).toBe(code);
  });

  it('reads 64 characters among invisible ones', () => {
    expect(e164('\u200e'.repeat(200) + '+1 415 123 4567' + '\u200e'.repeat(200))).toBe('+14151234567');
  });

  it('refuses a million characters', () => {
    expect(e164('1'.repeat(1_000_000))).toBe('TOO_LONG_TEXT');
  });

  it('a decimal comma is never a pause', () => {
    expect(e164('415123,4567', 'DE')).toBe('NOT_A_NUMBER');
  });

  it('says nothing of the number', () => {
    const parsed = parsePhoneNumber('41512345', { defaultCountry: 'US' });
    expect(parsed).toMatchObject({ ok: false });
    expect(JSON.stringify(parsed)).not.toContain('41512345');
  });
});
