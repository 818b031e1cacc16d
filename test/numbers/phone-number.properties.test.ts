import fc from 'fast-check';
import google from 'google-libphonenumber';
import { type CountryCode, getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import {
  callingCodeOf,
  hopeless,
  hopelessInNorthAmerica,
  isCanonical,
} from '../../src/domain/numbers/calling-codes.ts';
import { askLibrary, parsePhoneNumber } from '../../src/domain/numbers/phone-number.ts';
import { plainText } from '../../src/domain/numbers/plain-text.ts';

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const countries = getCountries();
const northAmerica = countries.filter((country) => getCountryCallingCode(country) === '1');
const codes = [
  ...new Set(countries.map((country) => getCountryCallingCode(country))),
  '800',
  '808',
  '870',
  '878',
  '881',
  '882',
  '883',
  '888',
  '979',
];

describe('R2.2 the fast paths say what the library says', () => {
  it('+1 and ten digits, 30,000 times', () => {
    fc.assert(
      fc.property(digits(10, 10), (national) => {
        const raw = `+1${national}`;
        expect(parsePhoneNumber(raw, { defaultCountry: 'US' })).toEqual(askLibrary(raw, 'US'));
      }),
      { numRuns: 30_000 },
    );
  }, 120_000);

  it('canonical numbers of every calling code', () => {
    let fast = 0;
    fc.assert(
      fc.property(fc.constantFrom(...codes), digits(2, 15), (code, national) => {
        if (!isCanonical(code + national)) return;
        fast += 1;
        const raw = `+${code}${national}`;
        const slow = askLibrary(raw, 'US');
        expect(slow).toMatchObject({ ok: true, e164: raw });
        expect(parsePhoneNumber(raw, { defaultCountry: 'US' })).toEqual(slow);
      }),
      { numRuns: 60_000 },
    );
    expect(fast).toBeGreaterThan(5_000);
  }, 120_000);

  it('numbers dialled inside the North American plan', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...northAmerica),
        fc.constantFrom('', '1'),
        digits(10, 10),
        (country, trunk, rest) => {
          const parsed = parsePhoneNumber(trunk + rest, { defaultCountry: country });
          expect(parsed).toEqual(askLibrary(trunk + rest, country));
        },
      ),
      { numRuns: 20_000 },
    );
  }, 120_000);
});

describe('R2.2 what is refused without asking the library', () => {
  const codeOf = (parsed: ReturnType<typeof askLibrary>) => (parsed.ok ? 'ok' : parsed.problem.code);

  it('international numbers: the library refuses them too, for the same reason', () => {
    let early = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...codes, ''),
        digits(1, 22),
        fc.constantFrom(...countries),
        (code, rest, country) => {
          const wanted = hopeless(code + rest);
          if (!wanted) return;
          early += 1;
          expect(codeOf(askLibrary(`+${code}${rest}`, country)), code + rest).toBe(wanted);
        },
      ),
      { numRuns: 60_000 },
    );
    expect(early).toBeGreaterThan(20_000);
  }, 120_000);

  it('numbers dialled inside the North American plan', () => {
    fc.assert(
      fc.property(fc.constantFrom(...northAmerica), digits(11, 24), (country, dialled) => {
        const wanted = hopelessInNorthAmerica(dialled, country);
        if (wanted) expect(codeOf(askLibrary(dialled, country)), dialled).toBe(wanted);
      }),
      { numRuns: 20_000 },
    );
  }, 120_000);

  it('more than 15 digits behind + are refused early unless a prefix may be taken away', () => {
    for (const raw of ['+1415123456789012', '+44207946095800000', '+999123456789012345'])
      expect(hopeless(raw.slice(1)), raw).toBeDefined();
    expect(parsePhoneNumber('+49 (0) 1234567890123', { defaultCountry: 'US' })).toMatchObject({ ok: true });
  });

  it('emergency numbers are found before', () => {
    for (const raw of ['+911', '+1911', '+112', '+44999'])
      expect(parsePhoneNumber(raw, { defaultCountry: 'US' }).emergency, raw).toMatchObject({ kind: 'EMERGENCY' });
  });
});

describe('R2.1 Google’s library as the oracle', () => {
  const google1 = google.PhoneNumberUtil.getInstance();
  const { E164, NATIONAL, INTERNATIONAL, RFC3966 } = google.PhoneNumberFormat;
  const { FIXED_LINE, MOBILE, TOLL_FREE } = google.PhoneNumberType;

  it('example numbers of all regions in all its formats', () => {
    const different: string[] = [];
    let compared = 0;
    for (const region of google1.getSupportedRegions()) {
      for (const type of [FIXED_LINE, MOBILE, TOLL_FREE]) {
        const example = google1.getExampleNumberForType(region, type);
        if (!example?.hasNationalNumber()) continue;
        const expected = google1.format(example, E164);
        for (const format of [E164, NATIONAL, INTERNATIONAL, RFC3966]) {
          const raw = google1.format(example, format);
          const parsed = parsePhoneNumber(raw, { defaultCountry: region as CountryCode });
          compared += 1;
          if (!parsed.ok || parsed.e164 !== expected) different.push(`${region} ${raw} ${JSON.stringify(parsed)}`);
        }
      }
    }
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(2_000);
  });
});

describe('R2.1 digits of every script', () => {
  it('reads the digits of all numbering systems that Intl writes', () => {
    const read: string[] = [];
    for (const numberingSystem of Intl.supportedValuesOf('numberingSystem')) {
      const written = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false }).format(9876543210);
      if (!/^\p{Nd}{10}$/u.test(written)) continue;
      expect(plainText(written), numberingSystem).toBe('9876543210');
      read.push(numberingSystem);
    }
    expect(read.length).toBeGreaterThan(50);
  });

  it('knows every decimal digit of Unicode, in runs of ten', () => {
    let expected = 0;
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      const sign = String.fromCodePoint(codePoint);
      if (!/^\p{Nd}$/u.test(sign)) {
        if (expected !== 0) throw new Error(`a run ends before U+${codePoint.toString(16)}`);
        continue;
      }
      if (plainText(sign) !== String(expected)) throw new Error(`U+${codePoint.toString(16)} isn't ${expected}`);
      expected = (expected + 1) % 10;
    }
  });
});

describe('R2.2 whatever the text', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: fc.constantFrom(...'+0123456789 -.()x#;,/eE\u200e٣'), maxLength: 80 }),
  );

  it('never throws, and an accepted number is E.164 that reads as itself', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(...countries), (raw, defaultCountry) => {
        const parsed = parsePhoneNumber(raw, { defaultCountry });
        if (!parsed.ok) return;
        expect(parsed.e164).toMatch(/^\+[1-9]\d{2,14}$/);
        expect(callingCodeOf(parsed.e164.slice(1))).toBeDefined();
        expect(parsePhoneNumber(parsed.e164, { defaultCountry: 'US' })).toEqual(parsed);
      }),
      { numRuns: 20_000, examples: [['073937', 'CX']] },
    );
  }, 120_000);

  it('takes bounded time', () => {
    const units = [
      '1',
      '1 ',
      '1x',
      '1;',
      '1,',
      '1/',
      '(',
      '+',
      ' ',
      '1ext',
      "'",
      '\u200e',
      '٣',
      '1\ufe0f\u20e3',
      'x1',
      '#',
    ];
    for (const unit of units) {
      for (const length of [63, 511, 5_000_000]) {
        const raw = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
        const start = performance.now();
        for (let i = 0; i < 10; i++) parsePhoneNumber(`${raw}!`, { defaultCountry: 'US' });
        expect(performance.now() - start, `${unit} ${length}`).toBeLessThan(200);
      }
    }
  });
});
