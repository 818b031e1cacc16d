import { isUtf8 } from 'node:buffer';
import { CsvParser, type ParsedRecord } from './csv-parser.ts';
import { closesItsQuotes, inWindows1252, lineBreaksIn, recordText } from './csv-record.ts';
import type { FileLimits, FileRow, ReadStats } from './file-format.ts';
import { isBlank } from './row-batches.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

const LF = 10;
const CR = 13;
const QUOTE = 34;
const SEPARATOR_LINE = /^"?sep=.?"?$/iu;

export interface CsvReading {
  readonly delimiter: string;
  readonly raw: boolean;
  readonly limits: FileLimits;
  readonly stats: ReadStats;
}

/** Makes rows of records: finds their lines, leaves out what is empty, and ends what would never end. */
export class CsvRows {
  readonly #reading: CsvReading;
  readonly #parser: CsvParser;
  /** The bytes that no row was made of yet. */
  #open: Buffer = Buffer.alloc(0);
  /** Where these begin, in bytes and lines. */
  #at = 0;
  #line = 1;

  constructor(reading: CsvReading) {
    this.#reading = reading;
    this.#parser = new CsvParser(reading.delimiter);
  }

  /** The rows that end in the next piece of UTF-8. */
  async read(piece: Buffer): Promise<FileRow[]> {
    const records = await this.#parser.parse(piece);
    this.#open = this.#open.length === 0 ? piece : Buffer.concat([this.#open, piece]);
    const rows = this.#rowsOf(records);
    // A CR may be half of a line break.
    this.#skipEmptyLines(this.#open.at(-1) === CR ? this.#open.length - 1 : this.#open.length);
    if (this.#open.length > this.#reading.limits.rowBytes) throw this.#endless();
    return rows;
  }

  /** What is left when there are no more pieces. */
  async finish(): Promise<FileRow[]> {
    const { records, hasOpenQuote } = await this.#parser.finish();
    const rows = this.#rowsOf(records);
    this.#skipEmptyLines(this.#open.length);
    if (hasOpenQuote) throw unclosedQuote(this.#line);
    return rows;
  }

  #rowsOf(records: readonly ParsedRecord[]): FileRow[] {
    const last = records.at(-1);
    if (!last) return [];
    const bytes = this.#open.subarray(0, last.end - this.#at);
    const isValid = isUtf8(bytes);
    const hasQuotes = bytes.includes(QUOTE);
    const rows: FileRow[] = [];
    for (const { cells, end } of records) {
      this.#skipEmptyLines(end - this.#at);
      const row = this.#rowOf(cells, this.#open.subarray(0, end - this.#at), isValid, hasQuotes);
      if (row) rows.push(row);
      this.#drop(end - this.#at);
    }
    return rows;
  }

  /** Null when there is nothing in it. */
  #rowOf(parsed: string[], bytes: Buffer, isValid: boolean, hasQuotes: boolean): FileRow | null {
    const { delimiter, raw, limits } = this.#reading;
    const line = this.#line;
    const isBroken = !isValid && !isUtf8(bytes);
    const cells = isBroken ? inWindows1252(bytes, parsed, delimiter) : parsed;
    const breaks = hasQuotes ? lineBreaksIn(cells) : 0;
    this.#line += 1 + breaks;
    if (breaks > 0 && !closesItsQuotes(bytes, delimiter)) throw unclosedQuote(line);
    if (cells.length > limits.columns) throw tooManyColumns(line, limits);
    if (isBlank(cells)) {
      this.#countEmpty(1);
      return null;
    }
    if (line === 1 && SEPARATOR_LINE.test(recordText(bytes, isBroken).raw)) return null;
    return raw ? { line, cells, ...recordText(bytes, isBroken) } : { line, cells };
  }

  /** Line breaks at the beginning of the open bytes, before `end`, are empty lines: a record would have taken them. */
  #skipEmptyLines(end: number): void {
    let at = 0;
    let lines = 0;
    for (; at < end; at++) {
      const byte = this.#open[at];
      if (byte !== LF && byte !== CR) break;
      if (byte === LF || this.#open[at + 1] !== LF) lines += 1;
    }
    if (at === 0) return;
    this.#drop(at);
    this.#line += lines;
    this.#countEmpty(lines);
  }

  #countEmpty(lines: number): void {
    const { limits, stats } = this.#reading;
    stats.emptyRows += lines;
    if (stats.emptyRows > limits.emptyRows) throw tooManyEmptyLines(limits);
  }

  #drop(bytes: number): void {
    this.#open = this.#open.subarray(bytes);
    this.#at += bytes;
  }

  /** Why the record that is open has grown too long. Only quotation marks let a record have line breaks. */
  #endless(): UnreadableFileError {
    if (this.#open.includes(LF) || this.#open.includes(CR)) return unclosedQuote(this.#line);
    const kilobytes = Math.round(this.#reading.limits.rowBytes / 1024);
    return new UnreadableFileError(
      'LINE_TOO_LONG',
      `Line ${this.#line} is longer than ${kilobytes} kB, which no table of numbers needs. Look at that line, or save the file again as CSV or .xlsx.`,
    );
  }
}

function unclosedQuote(line: number): UnreadableFileError {
  return new UnreadableFileError(
    'UNCLOSED_QUOTE',
    `A quotation mark that opens in line ${line} is not closed where its cell ends, so the rows below would be lost in that cell. Close it or take it away, and upload the file again.`,
  );
}

function tooManyColumns(line: number, { columns }: FileLimits): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_MANY_COLUMNS',
    `Line ${line} has more than ${columns.toLocaleString('en')} columns. Check the delimiter, or keep the columns that are needed and upload the file again.`,
  );
}

function tooManyEmptyLines({ emptyRows }: FileLimits): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_MANY_LINES',
    `The file has more than ${emptyRows.toLocaleString('en')} empty lines. Delete them and upload it again.`,
  );
}
