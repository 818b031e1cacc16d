import type { FileRow } from './file-format.ts';

/** So much is handed on at once. */
const BATCH_ROWS = 500;

/** The rows behind `headerLine`, in batches. */
export function* rowBatches(rows: readonly FileRow[], headerLine: number): Generator<FileRow[], void> {
  const from = rows.findIndex(({ line }) => line > headerLine);
  if (from < 0) return;
  for (let at = from; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS);
}

/** Blanks, and what disks and old systems leave behind: zeros, and the mark that ends a file in DOS. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOTHING = /^[\s\0\x1a]*$/;

/** Spreadsheets save a row that was cleared as `,,,`: nothing is in it. */
export function isBlank(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== '' && (isPrintable(cell) || !NOTHING.test(cell))) return false;
  return true;
}

/** Spares almost every row the pattern. */
function isPrintable(cell: string): boolean {
  const code = cell.charCodeAt(0);
  return code > 32 && code < 128;
}
