import type { CountryCode } from 'libphonenumber-js/max';
import type { FileRow } from './file-format.ts';
import { mayBeNumber } from './phone-cell.ts';

/**
 * The line of the first of these rows with a phone number in one of these columns, or null. Of rows that are said to be
 * the header or to stand above it: nobody judges or imports them, so a number there would be lost, or pass unchecked.
 */
export function numberInHeader(
  rows: readonly FileRow[],
  columns: readonly number[],
  defaultCountry: string,
): number | null {
  const isNumber = (cell: string) => mayBeNumber(cell, defaultCountry as CountryCode);
  return rows.find(({ cells }) => columns.some((column) => isNumber(cells[column] ?? '')))?.line ?? null;
}
