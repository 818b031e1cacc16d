import { type CountryCode, getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/max';
import data from './emergency-numbers.json' with { type: 'json' };

/** Who answers an emergency or crisis number (R2.2, R2.4). `name` is for people. */
export interface EmergencyService {
  readonly kind: 'EMERGENCY' | 'CRISIS';
  readonly name: string;
}

const emergency: EmergencyService = Object.freeze({ kind: 'EMERGENCY', name: data.emergency.name });
const everywhere = new Map<string, EmergencyService>();
const shortByCountry = new Map<string, Map<string, EmergencyService>>();
/** Without the plus: `18002738255`, and short numbers behind their country code such as `1911`. */
const international = new Map<string, EmergencyService>();
const northAmericanAreas = new Uint8Array(1000);

for (const digits of words(data.emergency.everywhere)) everywhere.set(digits, emergency);
for (const [country, numbers] of Object.entries(data.emergency.byCountry)) {
  for (const digits of words(numbers)) addShort(country, digits, emergency);
}
for (const { name, countries, short, e164 } of data.crisis.services) {
  const service: EmergencyService = Object.freeze({ kind: 'CRISIS', name });
  for (const country of words(countries)) for (const digits of words(short)) addShort(country, digits, service);
  for (const number of words(e164)) {
    international.set(number.slice(1), service);
    if (/^\+1\d{10}$/.test(number)) northAmericanAreas[Number(number.slice(2, 5))] = 1;
  }
}

function addShort(country: string, digits: string, service: EmergencyService): void {
  const known = shortByCountry.get(country) ?? new Map<string, EmergencyService>();
  shortByCountry.set(country, known);
  if (!known.has(digits)) known.set(digits, service);
  if (isSupportedCountry(country)) {
    const withCode = getCountryCallingCode(country) + digits;
    if (!international.has(withCode)) international.set(withCode, service);
  }
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

/** The service behind digits dialled as they are in this country, such as 911, 112 or 741741. */
export function shortNumberService(digits: string, country: CountryCode): EmergencyService | undefined {
  return shortByCountry.get(country)?.get(digits) ?? everywhere.get(digits);
}

/** The service behind an international number, given as its digits with the country code and without the plus. */
export function internationalNumberService(digits: string): EmergencyService | undefined {
  return international.get(digits);
}

/** Whether +1 numbers of this area code may be a crisis line: spares the fast path a look-up of the whole number. */
export function hasCrisisLines(northAmericanArea: number): boolean {
  return northAmericanAreas[northAmericanArea] === 1;
}
