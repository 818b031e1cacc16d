import { parse } from 'csv-parse/sync';
import { csvOptions } from './csv-parser.ts';
import { windows1252 } from './text-encoding.ts';

/** How many physical lines the record has more than one: only quoted cells hold line breaks. */
export function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) breaks += cell.match(/\r\n|\n|\r/g)!.length;
  }
  return breaks;
}

/** The record as it stood, and the line break that ended it. */
export function recordText(bytes: Buffer, isWindows1252: boolean): { raw: string; lineEnd: string } {
  const text = isWindows1252 ? windows1252(bytes) : bytes.toString();
  let end = text.length;
  if (text.endsWith('\n')) end -= text.endsWith('\r\n') ? 2 : 1;
  else if (text.endsWith('\r')) end -= 1;
  return { raw: text.slice(0, end), lineEnd: text.slice(end) };
}

/**
 * The cells of a record that is no UTF-8 in a file that is, so far: many a list is two lists that somebody put together,
 * and the first accent may come after a million plain rows.
 */
export function inWindows1252(bytes: Buffer, parsed: string[], delimiter: string): string[] {
  const [cells] = parse(windows1252(bytes), csvOptions(delimiter)) as string[][];
  return cells ?? parsed;
}

/**
 * Whether every quoted cell ends where its quotation mark closes. In a record of several lines one that doesn't was most
 * likely never closed, and has swallowed rows up to the next quotation mark: nothing may be lost that way (invariant 9).
 */
export function closesItsQuotes(bytes: Buffer, delimiter: string): boolean {
  try {
    parse(bytes, { ...csvOptions(delimiter), relax_quotes: false });
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'CSV_INVALID_CLOSING_QUOTE';
  }
}
