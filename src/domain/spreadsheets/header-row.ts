import { fieldNamed } from './column-names.ts';
import type { FileRow, FormatHints } from './file-format.ts';
import { looksLikeNumber } from './phone-cell.ts';

/** How far down a header is looked for: above it stand titles and dates of reports. */
const DEEPEST = 20;
const CELLS = 200;
/** `Phone 1`, `Tel. (24h)`; what has more digits, or begins with one, is a try at a number: to be reported, not skipped. */
const MOST_DIGITS = 3;
const TRY_AT_A_NUMBER = /^[\s'"(]*[+\p{Nd}]/u;
/** What people write where they have no number. */
const NO_NUMBER = /^(?:n\/?a|none|null|nil|unknown|anonymous|private|blocked|restricted|withheld|no|sin numero|-+)$/i;

/**
 * The line of the names of the columns, or null when there are none. It stands above the first row with a number in the
 * column of the numbers: the row that names that column, or names most columns, by words that we know; failing that the
 * row right above, when it has a word, and no number, where the others have their number, unless words are taken there. In
 * doubt it is the upper one: a header taken for data is reported, data taken for a header would be lost (invariant 9). What
 * other rows have too, such as `mobile`, is no name.
 */
export function findHeaderLine(rows: readonly FileRow[], { takesWords = false }: FormatHints = {}): number | null {
  const column = numberColumn(rows);
  const firstNumber = column < 0 ? rows.length : rows.findIndex(({ cells }) => looksLikeNumber(cells[column] ?? ''));
  const above = rows.slice(0, Math.min(firstNumber, DEEPEST));
  const scores = above.map((row) => namesIn(row, column, rows));
  const best = Math.max(0, ...scores);
  if (best > 0) return above[scores.indexOf(best)]!.line;
  const last = takesWords || column < 0 || firstNumber > DEEPEST ? undefined : above.at(-1);
  return last && isTitle(last.cells[column] ?? '') ? last.line : null;
}

/** How many cells are names of columns; most of all counts the one above the numbers. */
function namesIn(row: FileRow, column: number, rows: readonly FileRow[]): number {
  const isName = (cell: string, n: number) =>
    fieldNamed(cell)?.isExact && !rows.some((other) => other !== row && other.cells[n] === cell);
  const names = row.cells.slice(0, CELLS).filter(isName).length;
  return names + (fieldNamed(row.cells[column] ?? '')?.field === 'phone' ? CELLS : 0);
}

/** The column with the most cells that look like numbers; -1 when no cell does. */
function numberColumn(rows: readonly FileRow[]): number {
  const counts: number[] = [];
  for (const { cells } of rows)
    for (const [n, cell] of cells.slice(0, CELLS).entries())
      if (looksLikeNumber(cell)) counts[n] = (counts[n] ?? 0) + 1;
  const most = counts.reduce((most, count) => Math.max(most, count), 0);
  return most === 0 ? -1 : counts.indexOf(most);
}

function isTitle(cell: string): boolean {
  const text = cell.trim();
  if (!/\p{L}/u.test(text) || NO_NUMBER.test(text) || TRY_AT_A_NUMBER.test(text)) return false;
  return text.replace(/\P{Nd}/gu, '').length <= MOST_DIGITS;
}
