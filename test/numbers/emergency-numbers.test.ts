import google from 'google-libphonenumber';
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { isCanonical } from '../../src/domain/numbers/calling-codes.ts';
import data from '../../src/domain/numbers/emergency-numbers.json' with { type: 'json' };
import { internationalNumberService } from '../../src/domain/numbers/emergency-numbers.ts';
import { isEmergencyNumber, parsePhoneNumber } from '../../src/domain/numbers/phone-number.ts';

describe('R2.4 emergency and crisis numbers are recognised', () => {
  it.each<[string, CountryCode]>([
    ['911', 'US'],
    ['9-1-1', 'US'],
    [' 9 1 1 ', 'US'],
    ['９１１', 'US'],
    ['tel:911', 'US'],
    ["'911", 'US'],
    ['+911', 'US'],
    ['+1911', 'US'],
    ['+1 911', 'GB'],
    ['112', 'US'],
    ['112', 'DE'],
    ['999', 'GB'],
    ['+44999', 'US'],
    ['000', 'AU'],
    ['911', 'GB'],
    ['110', 'DE'],
    ['15', 'FR'],
    ['10111', 'ZA'],
  ])('%s in %s is an emergency number', (raw, country) => {
    const parsed = parsePhoneNumber(raw, { defaultCountry: country });
    expect(parsed).toMatchObject({
      ok: false,
      problem: { code: 'EMERGENCY_NUMBER' },
      emergency: { kind: 'EMERGENCY' },
    });
    expect(isEmergencyNumber(raw, country)?.kind).toBe('EMERGENCY');
  });

  it.each<[string, CountryCode]>([
    ['988', 'US'],
    ['9-8-8', 'CA'],
    ['+1988', 'US'],
    ['741741', 'US'],
    ['741-741', 'US'],
    ['116 123', 'GB'],
    ['116123', 'DE'],
    ['+49116123', 'US'],
    ['13 11 14', 'AU'],
    ['3114', 'FR'],
    ['1-800-273-8255', 'US'],
    ['8002738255', 'US'],
    ['+18002738255', 'GB'],
    ['+1 (800) 273-8255', 'GB'],
    ['0800 1111', 'GB'],
    ['+448001111', 'US'],
  ])('%s in %s is a crisis line', (raw, country) => {
    expect(isEmergencyNumber(raw, country)?.kind).toBe('CRISIS');
  });

  it('leaves a whole number readable beside its service', () => {
    expect(parsePhoneNumber('1-800-273-8255', { defaultCountry: 'US' })).toEqual({
      ok: true,
      e164: '+18002738255',
      emergency: { kind: 'CRISIS', name: '988 Suicide & Crisis Lifeline' },
    });
  });

  it.each<[string, CountryCode]>([
    ['988', 'FR'],
    ['741741', 'DE'],
    ['+14151234911', 'US'],
    ['9112', 'US'],
    ['+19115550100', 'US'],
    ['(911) 555-0100', 'US'],
    ['+18002738256', 'US'],
    ['+8002738255', 'US'],
    ['911 911', 'US'],
  ])('%s in %s is none', (raw, country) => {
    expect(isEmergencyNumber(raw, country)).toBeNull();
  });
});

describe('R2.2 the data file', () => {
  it('holds Google’s emergency numbers', () => {
    const info = google.ShortNumberInfo.getInstance();
    const library = google as unknown as {
      shortnumbermetadata: { countryToMetadata: Record<string, (unknown[] | null)[]> };
    };
    const regions = (info as unknown as { getSupportedRegions(): google.RegionCode[] }).getSupportedRegions();
    const patternOf = (region: string) => {
      const pattern = library.shortnumbermetadata.countryToMetadata[region]?.[27]?.[2];
      return typeof pattern === 'string' ? new RegExp(`^(?:${pattern})$`) : null;
    };
    // All strings of two to four digits; five and six digits, where few countries have any, only as they are listed.
    const candidates: string[] = [];
    for (let length = 2; length <= 4; length++) {
      for (let n = 0; n < 10 ** length; n++) candidates.push(String(n).padStart(length, '0'));
    }
    const listed: Record<string, string> = data.emergency.byCountry;
    for (const region of regions) {
      const pattern = patternOf(region);
      const inFile = (listed[region] ?? '').split(' ').filter(Boolean);
      const isEmergency = (digits: string) => pattern?.test(digits) === true && info.isEmergencyNumber(digits, region);
      expect(inFile.filter((digits) => digits.length <= 4).sort(), region).toEqual(
        candidates.filter(isEmergency).sort(),
      );
      expect(inFile.every(isEmergency), region).toBe(true);
    }
    expect(Object.keys(listed).every((region) => patternOf(region) !== null)).toBe(true);
  }, 60_000);

  it('names a source for every crisis line, and writes numbers that are possible', () => {
    for (const service of data.crisis.services) {
      expect(service.source).not.toBe('');
      expect(service.countries.split(' ').every((country) => isSupportedCountry(country))).toBe(true);
      expect(service.short).toMatch(/^(\d{3,6}( \d{3,6})*)?$/);
      expect(service.short + service.e164).not.toBe('');
      for (const number of service.e164.split(' ').filter(Boolean)) {
        expect(parsePhoneNumberWithError(number).isPossible(), number).toBe(true);
      }
    }
  });

  it('takes no number from a subscriber: few are possible numbers behind their code, and those are the services themselves', () => {
    const taken = new Set<string>();
    const short = Object.entries<string>(data.emergency.byCountry);
    for (const service of data.crisis.services) {
      for (const country of service.countries.split(' ')) short.push([country, service.short]);
    }
    for (const [country, numbers] of short) {
      if (!isSupportedCountry(country)) continue;
      for (const digits of numbers.split(' ').filter(Boolean)) {
        const withCode = getCountryCallingCode(country) + digits;
        expect(internationalNumberService(withCode), withCode).toBeDefined();
        if (isCanonical(withCode)) taken.add(digits);
      }
    }
    // South Africa's police and ambulance, the harmonised 116 numbers, Lifeline in Australia.
    expect([...taken].sort()).toEqual(['10111', '10177', '116111', '116123', '131114']);
  });
});
