import { BYTE_ORDER_MARK, csvLine } from '../spreadsheets/csv-line.ts';
import type { FileEncoding, FileFormat, FileRow } from '../spreadsheets/file-format.ts';
import { type FileSource, readRange } from '../spreadsheets/file-source.ts';
import { protectCell } from '../spreadsheets/formula-guard.ts';
import { utf8Pieces } from '../spreadsheets/text-encoding.ts';
import type { Block } from './judge-rows.ts';

/** What the blocked file has behind the columns that came. */
const ADDED_COLUMNS = ['quietline_outcome', 'quietline_reason', 'quietline_lists', 'quietline_line'] as const;

/** Tells Excel the delimiter. */
const SEPARATOR_LINE = /^"?sep=.?"?(?:\r\n|\n|\r)/iu;
/** Of UTF-8 and UTF-16, in hex. */
const BYTE_ORDER_MARKS = /^(?:efbbbf|fffe|feff)/;
/** Wider tables aren't filled up: a header of thousands of columns would make megabytes of a short row. */
const WIDEST_FILLED = 1_000;
/** Of what a sheet becomes (RFC 4180). */
const CRLF = '\r\n';

/** How the results of a file are written. Plain data: a task keeps it. */
export interface ResultLayout {
  /** What both files begin with, before any row. */
  readonly start: string;
  readonly delimiter: string;
  /** Where a row has none of its own. */
  readonly lineEnd: string;
  /** Rows are filled up to so many cells, so that the added columns stand below their names; 0: they aren't. */
  readonly width: number;
}

/**
 * Writes rows as they came: in UTF-8 (with a byte order mark if there was one), with the delimiter, the line ends and the
 * quotation marks that the file has. The rows of a sheet, which have no text of their own, become CSV; none of their
 * cells is guarded against formulas, since these rows go back to where they came from. What is added is guarded: a list's
 * reason is whatever somebody typed.
 */
export class ResultText {
  readonly #layout: ResultLayout;

  constructor(layout: ResultLayout) {
    this.#layout = layout;
  }

  /** The record as it stood, with its line break if it had one. */
  row({ raw, lineEnd, cells }: FileRow): string {
    return raw === undefined ? csvLine(cells) : raw + lineEnd;
  }

  header(row: FileRow): string {
    return this.#longer(row, ADDED_COLUMNS);
  }

  blocked(row: FileRow, { outcome, reason, lists }: Block): string {
    return this.#longer(row, [outcome, reason, lists.join(' '), String(row.line)].map(protectCell));
  }

  #longer(row: FileRow, added: readonly string[]): string {
    const { raw, cells } = row;
    const { delimiter, width } = this.#layout;
    const lineEnd = row.lineEnd || this.#layout.lineEnd;
    const missing = Array<string>(Math.max(0, width - cells.length)).fill('');
    if (raw === undefined || delimiter === '')
      return csvLine([...cells, ...missing, ...added]).slice(0, -CRLF.length) + lineEnd;
    const quoted = added.map((text) => `"${text.replaceAll('"', '""')}"`);
    return [raw, ...missing, ...quoted].join(delimiter) + lineEnd;
  }
}

/** How the results of this file are written. `rows` are its first ones, with what stands above the header. */
export async function resultLayout(
  source: FileSource,
  format: FileFormat,
  rows: readonly FileRow[],
): Promise<ResultLayout> {
  const first = rows[0]!;
  const header = rows.find(({ line }) => line === format.headerLine);
  const columns = (header ?? first).cells.length;
  const width = columns > WIDEST_FILLED ? 0 : columns;
  if (format.kind === 'XLSX') return { start: '', delimiter: ',', lineEnd: CRLF, width };
  const { encoding, delimiter } = format;
  const hasMark = encoding !== 'WINDOWS1252' && BYTE_ORDER_MARKS.test((await readRange(source, 0, 3)).toString('hex'));
  const start = (hasMark ? BYTE_ORDER_MARK : '') + (await separatorLine(source, encoding));
  return { start, delimiter, lineEnd: first.lineEnd || '\n', width };
}

/** The line that readers take for no row: what it says stays true of the results. */
async function separatorLine(source: FileSource, encoding: FileEncoding): Promise<string> {
  for await (const piece of utf8Pieces(source, encoding)) return SEPARATOR_LINE.exec(piece.toString())?.[0] ?? '';
  return '';
}
