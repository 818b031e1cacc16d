import { fieldNamed } from './column-names.ts';
import { type CsvSample, firstRows } from './csv-sample.ts';
import type { FileRow } from './file-format.ts';
import { looksLikeNumber } from './phone-cell.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

const CANDIDATES = [',', ';', '\t', '|'];
/** Excel writes and reads it on the first line: `sep=;`. NUL can't be stored with the format, and names nothing. */
const SEPARATOR_LINE = /^"?sep=([^"\r\n\0])"?[\r\n]/iu;
const ROWS = 100;
const CELLS = 50;
/** In fewer of the lines it is punctuation. */
const LEAST_SHARE = 1 / 3;

/**
 * What stands between the cells, or '' when nothing does: the candidate that cuts the lines into equally many cells, and
 * one of them into phone numbers. In a list of numbers alone a comma here or there must not cut a cell in two.
 */
export async function findDelimiter(sample: CsvSample): Promise<string> {
  const named = SEPARATOR_LINE.exec((sample.pieces[0] ?? Buffer.alloc(0)).subarray(0, 16).toString());
  if (named) return named[1]!;
  let best = { delimiter: '', score: 0, cells: 1 };
  for (const delimiter of CANDIDATES) {
    const rows = await rowsCutAt(delimiter, sample);
    if (!separates(rows)) continue;
    const cells = usualCells(rows);
    const score = share(rows, (row) => row.cells.length === cells) + numbersInBestColumn(rows);
    if (score > best.score || (score === best.score && cells > best.cells)) best = { delimiter, score, cells };
  }
  return best.delimiter;
}

/** Where quotation marks make no sense, for they were cut at the wrong places or never closed, they are no more than signs. */
async function rowsCutAt(delimiter: string, sample: CsvSample): Promise<readonly FileRow[]> {
  try {
    return await firstRows(sample, delimiter, ROWS);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    const lines = Buffer.concat(sample.pieces)
      .toString()
      .split(/\r\n|\n|\r/, ROWS);
    return lines.map((text, n) => ({ line: n + 1, cells: text.split(delimiter) }));
  }
}

/** It is in many lines, or between the names of the columns. */
function separates(rows: readonly FileRow[]): boolean {
  if (share(rows, ({ cells }) => cells.length > 1) >= LEAST_SHARE) return true;
  return rows.slice(0, 10).some(({ cells }) => cells.length > 1 && cells.some((cell) => fieldNamed(cell)?.isExact));
}

/** The number of cells that most rows have, among those with more than one. */
function usualCells(rows: readonly FileRow[]): number {
  const times = new Map<number, number>();
  for (const { cells } of rows) if (cells.length > 1) times.set(cells.length, (times.get(cells.length) ?? 0) + 1);
  return [...times].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

function numbersInBestColumn(rows: readonly FileRow[]): number {
  const width = Math.min(CELLS, Math.max(...rows.map(({ cells }) => cells.length)));
  const shares = Array.from({ length: width }, (_, n) => share(rows, ({ cells }) => looksLikeNumber(cells[n] ?? '')));
  return Math.max(...shares);
}

function share(rows: readonly FileRow[], has: (row: FileRow) => boolean): number {
  return rows.length === 0 ? 0 : rows.filter(has).length / rows.length;
}
