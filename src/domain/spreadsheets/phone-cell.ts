import type { CountryCode } from 'libphonenumber-js/max';
import { readNumberText } from '../numbers/number-text.ts';
import { parsePhoneNumber } from '../numbers/phone-number.ts';
import { undoSpreadsheetNumber } from '../numbers/spreadsheet-number.ts';

/** Dates have as many digits as many a number. */
const DATE = /^\s*(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?:[T\s].*)?$/;
/** A cell without a digit or a country's first letters needs no look: most cells of most files. */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 17;
const LONGEST = 64;

/** Whether a cell has the look of a phone number in some country, right or wrong. */
export function looksLikeNumber(cell: string): boolean {
  if (cell.length < FEWEST_DIGITS || cell.length > LONGEST || DATE.test(cell)) return false;
  if (undoSpreadsheetNumber(cell) !== null) return true;
  const text = readNumberText(cell);
  return !('code' in text) && text.digits.length >= FEWEST_DIGITS && text.digits.length <= MOST_DIGITS;
}

/**
 * Whether a cell can be a number: it looks like one, or reads as one of a country whose numbers are short. For cells that
 * must not be overlooked; a date of a report is none.
 */
export function mayBeNumber(cell: string, defaultCountry: CountryCode): boolean {
  return looksLikeNumber(cell) || (!DATE.test(cell) && parsePhoneNumber(cell, { defaultCountry }).ok);
}

/** Whether an import would take the cell as a number. */
export function readsAsNumber(cell: string, defaultCountry: CountryCode): boolean {
  if (!looksLikeNumber(cell)) return false;
  return parsePhoneNumber(undoSpreadsheetNumber(cell) ?? cell, { defaultCountry }).ok;
}
