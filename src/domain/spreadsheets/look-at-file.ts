import { type CsvSample, csvSample, SAMPLE_BYTES, sampleRows } from './csv-sample.ts';
import { findDelimiter } from './delimiter.ts';
import type { FileFormat, FileRow, FormatHints } from './file-format.ts';
import { emptyFile, fileKind, refuseBinary } from './file-kind.ts';
import { type FileSource, readRange } from './file-source.ts';
import { checkHeaderIsSeen, checkHints } from './format-hints.ts';
import { findHeaderLine } from './header-row.ts';
import { findEncoding } from './text-encoding.ts';
import { xlsxSample } from './xlsx-rows.ts';

/** Rows that are looked at: enough that a bad row here or there doesn't decide. */
const ROWS = 200;

/** The beginning of a file, read as a table. */
export interface LookedAt {
  readonly format: FileFormat;
  /** The first rows, with what stands above the header. */
  readonly rows: readonly FileRow[];
  /** Of the whole file, the header and what is above it included; null when nothing shows it. */
  readonly estimatedRows: number | null;
}

/**
 * Finds out how a file is to be read, from its beginning alone: at most 256 KiB of text, or the first rows of a sheet.
 * @throws UnreadableFileError, UserProblemError
 */
export async function lookAtFile(source: FileSource, hints: FormatHints): Promise<LookedAt> {
  checkHints(hints);
  const start = await readRange(source, 0, SAMPLE_BYTES);
  return (await fileKind(source, start)) === 'ZIP' ? lookAtWorkbook(source, hints) : lookAtText(source, start, hints);
}

async function lookAtText(source: FileSource, start: Buffer, hints: FormatHints): Promise<LookedAt> {
  const encoding = hints.encoding ?? findEncoding(start);
  const sample = await csvSample(start, source, encoding);
  refuseBinary(sample.pieces[0] ?? start);
  const delimiter = hints.delimiter ?? (await findDelimiter(sample));
  const { rows, count } = await sampleRows(sample, delimiter, ROWS);
  if (count === 0 && sample.isWhole) throw emptyFile();
  return {
    format: { kind: 'CSV', encoding, delimiter, headerLine: headerLine(rows, hints) },
    rows,
    estimatedRows: estimate(count, sample, source),
  };
}

function estimate(count: number, { bytes, isWhole }: CsvSample, { size }: FileSource): number {
  return isWhole ? count : Math.round((count / bytes) * size);
}

async function lookAtWorkbook(source: FileSource, hints: FormatHints): Promise<LookedAt> {
  const { sheet, rows, declaredRows, isWhole } = await xlsxSample(source, ROWS);
  if (rows.length === 0) throw emptyFile();
  return {
    format: { kind: 'XLSX', sheet, headerLine: headerLine(rows, hints) },
    rows,
    estimatedRows: isWhole ? rows.length : declaredRows,
  };
}

function headerLine(rows: readonly FileRow[], hints: FormatHints): number | null {
  checkHeaderIsSeen(hints, rows);
  if (hints.headerLine) return hints.headerLine;
  if (hints.hasHeader === false) return null;
  return findHeaderLine(rows, hints) ?? (hints.hasHeader ? (rows[0]?.line ?? null) : null);
}
