import {
  type CountryCode,
  ParseError,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import { hopeless, hopelessInNorthAmerica, isCanonical, northAmericanDigits } from './calling-codes.ts';
import {
  type EmergencyService,
  hasCrisisLines,
  internationalNumberService,
  shortNumberService,
} from './emergency-numbers.ts';
import { type NumberProblem, type NumberProblemCode, numberProblem } from './number-problem.ts';
import { type NumberText, readNumberText } from './number-text.ts';

/**
 * A number as read. `emergency` stands on both sides: 911 has no E.164 form and is `ok: false` (EMERGENCY_NUMBER), while
 * +18002738255 is a number like any other and `ok: true`. A verdict on an outbound call asks `emergency` FIRST (R2.4);
 * listing goes through `parseListable`, which refuses both (R2.2).
 */
export type ParsedNumber =
  | { readonly ok: true; readonly e164: string; readonly emergency: false | EmergencyService }
  | { readonly ok: false; readonly problem: NumberProblem; readonly emergency: false | EmergencyService };

export interface ParseOptions {
  /** The environment's country: how numbers without a country code are read. */
  readonly defaultCountry: CountryCode;
}

/** E.164: at most 15 digits behind the plus. The library lets 17 pass for Germany. */
const LONGEST_E164 = 16;

/** Reads one phone number (R2.1, R2.2). Never throws, never guesses; the work is bounded whatever the text. */
export function parsePhoneNumber(raw: string, options: ParseOptions): ParsedNumber {
  if (isPlainNorthAmerican(raw)) {
    const area = raw.charCodeAt(2) * 100 + raw.charCodeAt(3) * 10 + raw.charCodeAt(4) - 48 * 111;
    if (!hasCrisisLines(area)) return { ok: true, e164: raw, emergency: false };
    return accepted(raw);
  }
  const text = readNumberText(raw);
  return 'code' in text ? refused(text.code) : parseDigits(text, options.defaultCountry);
}

/** The emergency or crisis service that a call to `raw` from this country reaches, or null (R2.4). */
export function isEmergencyNumber(raw: string, country: CountryCode): EmergencyService | null {
  return parsePhoneNumber(raw, { defaultCountry: country }).emergency || null;
}

/** +1 and ten digits: most numbers of most lists. A property test holds this to what the library says. */
function isPlainNorthAmerican(raw: string): boolean {
  if (raw.length !== 12 || raw.charCodeAt(0) !== 43 || raw.charCodeAt(1) !== 49) return false;
  for (let i = 2; i < 12; i++) {
    const code = raw.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function parseDigits({ international, digits }: NumberText, country: CountryCode): ParsedNumber {
  if (international) {
    if (isCanonical(digits)) return accepted(`+${digits}`);
  } else {
    const service = shortNumberService(digits, country);
    if (service) return refused(codeOf(service), service);
    const northAmerican = northAmericanDigits(digits, country);
    if (northAmerican) return accepted(`+${northAmerican}`);
  }
  const code = international ? hopeless(digits) : hopelessInNorthAmerica(digits, country);
  const parsed = code ? refused(code) : askLibrary((international ? '+' : '') + digits, country);
  if (parsed.ok || !international) return parsed;
  // +1911 and +911 are no E.164 numbers, yet phones and carriers write them.
  const service = internationalNumberService(digits) ?? shortNumberService(digits, country);
  return service ? refused(codeOf(service), service) : parsed;
}

/** The slow path. Exported for the test that holds the fast paths to it; everybody else calls `parsePhoneNumber`. */
export function askLibrary(dialled: string, defaultCountry: CountryCode): ParsedNumber {
  try {
    const number = parsePhoneNumberWithError(dialled, { defaultCountry, extract: false });
    // A number without its area code is possible at home (412-6367), but its E.164 form is nobody's.
    const length = validatePhoneNumberLength(number.number);
    if (number.isPossible() && length === undefined) {
      if (number.number.length > LONGEST_E164) return refused('TOO_LONG');
      return readsAsItself(number.number) ? accepted(number.number) : refused('IMPOSSIBLE_LENGTH');
    }
    return refused(length === 'TOO_SHORT' || length === 'TOO_LONG' ? length : 'IMPOSSIBLE_LENGTH');
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return refused(codeByParseError[error.message] ?? 'NOT_A_NUMBER');
  }
}

/** The library makes +6173937 of 073937 on Christmas Island, and of that +61073937: what one would list the other wouldn't find. */
function readsAsItself(e164: string): boolean {
  return isCanonical(e164.slice(1)) || parsePhoneNumberWithError(e164, { extract: false }).number === e164;
}

const codeByParseError: Record<string, NumberProblemCode> = {
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  INVALID_COUNTRY: 'UNKNOWN_COUNTRY_CODE',
};

function accepted(e164: string): ParsedNumber {
  return { ok: true, e164, emergency: internationalNumberService(e164.slice(1)) ?? false };
}

function refused(code: NumberProblemCode, emergency: false | EmergencyService = false): ParsedNumber {
  return { ok: false, problem: numberProblem(code), emergency };
}

/** The problem of listing a number of this service. */
export function codeOf(service: EmergencyService): NumberProblemCode {
  return service.kind === 'EMERGENCY' ? 'EMERGENCY_NUMBER' : 'CRISIS_NUMBER';
}
