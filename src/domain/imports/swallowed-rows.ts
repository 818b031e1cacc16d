import type { FileFormat } from '../spreadsheets/file-format.ts';
import { looksLikeNumber } from '../spreadsheets/phone-cell.ts';
import type { ImportProblem } from './read-import-row.ts';

/** A quotation mark that was never closed may be closed by chance, by the next one: what stands between is one cell then. */
export function swallowedRows(
  cells: readonly string[],
  format: FileFormat,
  phoneColumn: number,
): { readonly count: number; readonly problem: ImportProblem } | null {
  if (format.kind !== 'CSV') return null;
  const isRow = (text: string) => looksLikeNumber(cellOf(text, format.delimiter, phoneColumn));
  const found: string[] = [];
  for (const cell of cells) if (BREAK.test(cell)) found.push(...cell.split(BREAK).slice(1).filter(isRow));
  if (found.length === 0) return null;
  return {
    count: found.length,
    problem: {
      severity: 'WARNING',
      code: 'ROWS_IN_CELL',
      message: message(found.length),
      raw: found[0]!.slice(0, 512),
    },
  };
}

const BREAK = /\r\n|\n|\r/;

function cellOf(text: string, delimiter: string, column: number): string {
  const cell = delimiter === '' ? text : (text.split(delimiter)[column] ?? '');
  return cell.replaceAll('"', '');
}

function message(count: number): string {
  const rows = count === 1 ? 'a line that looks like a row' : `${count.toLocaleString('en')} lines that look like rows`;
  return `A cell of this row holds ${rows} of the list. Most likely a quotation mark isn't closed: close it, or take it away, and import the file again. Until then these numbers are NOT on the list by this import.`;
}
