import type { CountryCode } from 'libphonenumber-js/max';
import { mapInSlices } from '../../in-slices.ts';
import { type ColumnFacts, type ColumnGuess, columnFacts, guessColumns } from './column-guess.ts';
import type { FileFormat, FileRow, FormatHints } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { lookAtFile } from './look-at-file.ts';
import { explainPhoneColumn } from './phone-column-sentence.ts';

export interface PreviewOptions extends FormatHints {
  readonly defaultCountry: CountryCode;
  /** How many rows are shown; default 20. */
  readonly sampleRows?: number;
  /** ms since 1970, to tell expiries from requests; default now. */
  readonly now?: number;
}

/** What the beginning of a file shows, before anything is done with it. */
export interface FilePreview {
  readonly format: FileFormat;
  /** In bytes. */
  readonly size: number;
  /** Without the header and what stands above it; null when nothing shows it. */
  readonly estimatedRows: number | null;
  readonly columns: readonly PreviewColumn[];
  /** Columns counted from 0. */
  readonly guess: ColumnGuess;
  /** Why that column is taken for the phone numbers, or why none is. */
  readonly phoneReason: string;
  /** The header and what stands above it, which aren't data. */
  readonly head: readonly FileRow[];
  /** The first rows behind the header. */
  readonly rows: readonly FileRow[];
}

export interface PreviewColumn {
  /** From 0. */
  readonly index: number;
  /** As the header has it; null when there is no header, or nothing in it. */
  readonly name: string | null;
  /** Up to 5 different values, cut to 100 characters. */
  readonly samples: readonly string[];
  /** Of the cells with something in them, how many read as phone numbers: 0 to 1. Of columns far to the right 0. */
  readonly phoneShare: number;
}

/** Columns whose cells are read as numbers and dates, which takes long; those behind them are known by their names alone. */
const COLUMNS_READ = 200;
const SAMPLE_ROWS = 20;
const SAMPLES = 5;
const LONGEST_SAMPLE = 100;

/**
 * Shows how a file will be read, from its beginning.
 * @throws UnreadableFileError, UserProblemError
 */
export async function previewFile(source: FileSource, options: PreviewOptions): Promise<FilePreview> {
  const { format, rows, estimatedRows } = await lookAtFile(source, options);
  const headerLine = format.headerLine ?? 0;
  const header = rows.find(({ line }) => line === headerLine)?.cells ?? [];
  const data = rows.filter(({ line }) => line > headerLine);
  const head = rows.filter(({ line }) => line <= headerLine);
  const facts = await factsOf(header, data, options);
  const guess = guessColumns(facts);
  return {
    format,
    size: source.size,
    estimatedRows: estimatedRows === null ? null : Math.max(estimatedRows - head.length, data.length),
    columns: await mapInSlices(facts, (column) => previewColumn(column, data)),
    guess,
    phoneReason: explainPhoneColumn(facts, guess.phone),
    head,
    rows: data.slice(0, options.sampleRows ?? SAMPLE_ROWS),
  };
}

function factsOf(header: readonly string[], data: readonly FileRow[], options: PreviewOptions): Promise<ColumnFacts[]> {
  const width = data.reduce((most, { cells }) => Math.max(most, cells.length), header.length);
  const look = { defaultCountry: options.defaultCountry, now: options.now ?? Date.now() };
  const indexes = Array.from({ length: width }, (_, index) => index);
  return mapInSlices(indexes, (index) =>
    columnFacts(index, header[index]?.trim() || null, index < COLUMNS_READ ? data : [], look),
  );
}

function previewColumn({ index, name, numbers, filled }: ColumnFacts, data: readonly FileRow[]): PreviewColumn {
  const samples = new Set<string>();
  for (const { cells } of data) {
    const sample = cells[index]?.trim().slice(0, LONGEST_SAMPLE);
    if (sample) samples.add(sample);
    if (samples.size === SAMPLES) break;
  }
  return { index, name, samples: [...samples], phoneShare: filled === 0 ? 0 : numbers / filled };
}
