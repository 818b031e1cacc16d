import type { CountryCode } from 'libphonenumber-js/max';
import { parseListable, shortCodeIn } from '../domain/numbers/listed-number.ts';
import type { ParsedNumber } from '../domain/numbers/phone-number.ts';

const NONE: readonly string[] = [];
/** '+', a country code of at most 3 digits, and the 6 that a short code has at most. */
const LONGEST_FROM_SHORT_CODE = 10;

/**
 * The keys besides its E.164 form under which entries for `raw` may be stored (R2.3): as a sender (SPAM takes short
 * codes, also where they are possible numbers, and names), or as received (opt-outs that can't be read). Emergency
 * numbers and withheld callers have none.
 */
export function otherKeys(raw: string, number: ParsedNumber, defaultCountry: CountryCode): readonly string[] {
  if (number.ok && number.e164.length > LONGEST_FROM_SHORT_CODE) {
    // Listed as a short code while another default country held, in which it was no whole number.
    const shortCode = shortCodeIn(raw);
    return shortCode === null ? NONE : [shortCode];
  }
  const keys = new Set<string>();
  const asSender = parseListable(raw, { defaultCountry, acceptsSenders: true, keepAsReceived: false });
  const asReceived = parseListable(raw, { defaultCountry, acceptsSenders: false, keepAsReceived: true });
  for (const listable of [asSender, asReceived]) if (listable.ok) keys.add(listable.key);
  if (number.ok) keys.delete(number.e164);
  return [...keys];
}
