import type { CountryCode } from 'libphonenumber-js/max';
import { otherKeys } from '../../suppression-index/other-keys.ts';
import { type ParsedNumber, parsePhoneNumber } from '../numbers/phone-number.ts';

/** A text as it will be looked up. */
export interface ReadNumber {
  /** null: the caller withheld it. */
  readonly number: ParsedNumber | null;
  /** Further keys that the same text may be listed under (R2.3). */
  readonly otherKeys: readonly string[];
  /** All keys: the E.164 form, if there is one, then the others. */
  readonly keys: readonly string[];
}

const withheld: ReadNumber = { number: null, otherKeys: [], keys: [] };

/** Reads a number as the environment with this default country does (R2.1); null is a caller without one. */
export function readNumber(phone: string | null, defaultCountry: string): ReadNumber {
  if (phone === null) return withheld;
  const country = defaultCountry as CountryCode;
  const number = parsePhoneNumber(phone, { defaultCountry: country });
  const others = otherKeys(phone, number, country);
  if (number.ok)
    return { number, otherKeys: others, keys: others.length === 0 ? [number.e164] : [number.e164, ...others] };
  return { number, otherKeys: others, keys: others };
}
