import type { FileLimits, FileRow, ReadStats } from './file-format.ts';
import { isBlank } from './row-batches.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { bomb, damaged } from './zip-file.ts';

/** Excel's own; a row's number is its line. */
const MOST_ROWS = 1_048_576;
/** Handed on at once. */
const FULL_ROWS = 500;
const FULL_CELLS = 50_000;
/** A few bytes of a sheet name a shared text of 32 kB, again and again. */
const FULL_CHARACTERS = 4 * 1024 ** 2;
/** A cell takes twenty bytes of the sheet, a gap none: with a far cell in every row a small file would fill any memory. */
const MOST_CELLS_PER_BYTE = 10;
const FREE_CELLS = 10_000_000;

/** Puts the cells of a sheet where they belong; what is between them is empty. Keeps rows only until they are taken. */
export class SheetTable {
  readonly #limits: FileLimits;
  readonly #stats: ReadStats;
  #rows: FileRow[] = [];
  /** Cells and characters of these rows, and cells of all. */
  #cells = 0;
  #rowsCharacters = 0;
  #allCells = 0;
  #line = 0;
  /** What the open row has. */
  #found: [column: number, text: string][] = [];
  #width = 0;
  #characters = 0;
  /** Of the sheet, as far as it was read. */
  bytesRead = 0;

  constructor(limits: FileLimits, stats: ReadStats) {
    this.#limits = limits;
    this.#stats = stats;
  }

  /** There is enough to hand on. */
  get isFull(): boolean {
    return this.#rows.length >= FULL_ROWS || this.#cells >= FULL_CELLS || this.#rowsCharacters >= FULL_CHARACTERS;
  }

  take(): FileRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#cells = 0;
    this.#rowsCharacters = 0;
    return rows;
  }

  /** Rows without a number follow each other. */
  openRow(number: string | undefined): void {
    const line = number === undefined ? this.#line + 1 : Number(number);
    if (!Number.isInteger(line) || line <= this.#line) throw damaged();
    if (line > MOST_ROWS) throw tooManyRows();
    this.#line = line;
    this.#found = [];
    this.#width = 0;
    this.#characters = 0;
  }

  /** Before a text is kept: a row may hold only so much. */
  expect(characters: number): void {
    this.#characters += characters;
    if (this.#characters > this.#limits.rowBytes) throw tooLong(this.#line, this.#limits);
  }

  put(column: number, text: string): void {
    if (column >= this.#limits.columns) throw tooWide(this.#line, this.#limits);
    if (text === '') return;
    this.#found.push([column, text]);
    this.#width = Math.max(this.#width, column + 1);
  }

  closeRow(): void {
    if (isBlank(this.#found.map(([, text]) => text))) {
      this.#stats.emptyRows += 1;
      return;
    }
    this.#cells += this.#width;
    for (const [, text] of this.#found) this.#rowsCharacters += text.length;
    this.#allCells += this.#width;
    if (this.#allCells > FREE_CELLS + MOST_CELLS_PER_BYTE * this.bytesRead) throw bomb();
    const cells = new Array<string>(this.#width).fill('');
    for (const [column, text] of this.#found) cells[column] = text;
    this.#rows.push({ line: this.#line, cells });
  }
}

/** The last row of a range such as `A1:F200`, or null. */
export function lastRowOf(range: string): number | null {
  const row = Number(/(\d{1,7})$/.exec(range)?.[1]);
  return row >= 1 && row <= MOST_ROWS ? row : null;
}

function tooLong(line: number, { rowBytes }: FileLimits): UnreadableFileError {
  return new UnreadableFileError(
    'LINE_TOO_LONG',
    `Row ${line} holds more than ${Math.round(rowBytes / 1024)} kB of text, which no table of numbers needs. Keep the columns that are needed and upload the file again.`,
  );
}

function tooWide(line: number, { columns }: FileLimits): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_MANY_COLUMNS',
    `Row ${line} has more than ${columns.toLocaleString('en')} columns. Keep the columns that are needed and upload the file again.`,
  );
}

function tooManyRows(): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_MANY_LINES',
    `The sheet has more than ${MOST_ROWS.toLocaleString('en')} rows, more than Excel itself allows. Save it as CSV, which may have any number, and upload that.`,
  );
}
