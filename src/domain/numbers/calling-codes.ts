import { type CountryCode, getCountries, getCountryCallingCode, Metadata } from 'libphonenumber-js/max';

/** What is known of the numbers behind one country calling code. */
interface CallingCode {
  readonly digits: string;
  /** Bit n is set when every country with this code has possible numbers of n digits. */
  readonly lengths: number;
  /** The shortest and the longest possible number of any country with this code, in digits. */
  readonly shortest: number;
  readonly longest: number;
  /** Matches a national number that the library might read a trunk prefix or carrier code from. */
  readonly prefix: RegExp | null;
}

/** Codes without a country: freephone, satellite, international networks. The library doesn't list them. */
const WITHOUT_COUNTRY = ['800', '808', '870', '878', '881', '882', '883', '888', '979'];

/** E.164: at most 15 digits with the country code. */
const MOST_DIGITS = 15;

const codes = new Map<string, CallingCode>();
const northAmerica = new Set<string>(getCountries().filter((country) => getCountryCallingCode(country) === '1'));
for (const country of getCountries()) learn(getCountryCallingCode(country), country);
for (const code of WITHOUT_COUNTRY) learn(code, code);

function learn(code: string, countryOrCode: string): void {
  const known = codes.get(code);
  const possible = numberingPlan(countryOrCode).possibleLengths();
  let lengths = 0;
  for (const length of possible) lengths |= 1 << length;
  const prefix = numberingPlan(code).nationalPrefixForParsing();
  codes.set(code, {
    digits: code,
    lengths: known ? known.lengths & lengths : lengths,
    shortest: Math.min(...possible, known?.shortest ?? MOST_DIGITS),
    longest: Math.max(...possible, known?.longest ?? 0),
    prefix: prefix ? new RegExp(`^(?:${prefix})`) : null,
  });
}

interface NumberingPlan {
  possibleLengths(): number[];
  /** In the library since 2018, missing from its types. */
  nationalPrefixForParsing(): string | undefined;
}

function numberingPlan(countryOrCode: string): NumberingPlan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(countryOrCode as Parameters<Metadata['selectNumberingPlan']>[0]);
  return metadata.numberingPlan as unknown as NumberingPlan;
}

/** The country calling code that these digits of an international number begin with. No code begins another. */
export function callingCodeOf(digits: string): string | undefined {
  return find(digits)?.digits;
}

/** Whether some calling code begins with these digits: all that a viewer of masked numbers can ask for. */
export function beginsCallingCode(digits: string): boolean {
  for (const code of codes.keys()) if (code.startsWith(digits)) return true;
  return false;
}

/**
 * True when the library is sure to take `+digits` as it stands (R2.2: possible is enough), so that nobody needs to ask
 * it. False doesn't mean that the number is wrong.
 */
export function isCanonical(digits: string): boolean {
  const code = find(digits);
  if (code === undefined || digits.length > MOST_DIGITS) return false;
  if (((code.lengths >> (digits.length - code.digits.length)) & 1) === 0) return false;
  return code.prefix === null || !code.prefix.test(digits.slice(code.digits.length));
}

/**
 * Why the library is sure to refuse `+digits`, so that nobody needs to ask it: an unreadable number costs it ten times
 * what a readable one does. Undefined doesn't mean that the number is right.
 */
export function hopeless(digits: string): 'TOO_SHORT' | 'TOO_LONG' | 'UNKNOWN_COUNTRY_CODE' | undefined {
  if (digits.length < 3) return 'TOO_SHORT';
  const code = find(digits);
  if (code === undefined) return 'UNKNOWN_COUNTRY_CODE';
  const national = digits.slice(code.digits.length);
  // A trunk prefix or carrier code may be taken away: 16 digits can still be a number.
  if (code.prefix?.test(national)) return undefined;
  if (national.length < code.shortest) return 'TOO_SHORT';
  return national.length > code.longest || digits.length > MOST_DIGITS ? 'TOO_LONG' : undefined;
}

const NORTH_AMERICAN = /^1?[2-9]\d{9}$/;

/**
 * What `digits`, dialled inside the North American plan with or without the leading 1, are behind `+`; undefined when the
 * library must be asked. Saves an import of `(415) 123-4567` nine tenths of its time.
 */
export function northAmericanDigits(digits: string, country: CountryCode): string | undefined {
  return northAmerica.has(country) && NORTH_AMERICAN.test(digits) ? `1${digits.slice(-10)}` : undefined;
}

/** The same of digits dialled inside the North American plan: no prefix begins like an area code. */
export function hopelessInNorthAmerica(digits: string, country: CountryCode): 'TOO_LONG' | undefined {
  return northAmerica.has(country) && NORTH_AMERICAN_TOO_LONG.test(digits) ? 'TOO_LONG' : undefined;
}

const NORTH_AMERICAN_TOO_LONG = /^[2-9]\d{10,}$/;

function find(digits: string): CallingCode | undefined {
  return codes.get(digits.slice(0, 1)) ?? codes.get(digits.slice(0, 2)) ?? codes.get(digits.slice(0, 3));
}
