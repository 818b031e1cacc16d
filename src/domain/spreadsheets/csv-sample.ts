import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CsvRows } from './csv-rows.ts';
import { type FileEncoding, type FileRow, fileLimits } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { utf8Pieces } from './text-encoding.ts';

/** What is looked at to find out how a file is to be read. */
export const SAMPLE_BYTES = 256 * 1024;
const SLICE_BYTES = 8 * 1024;

/** The beginning of a text file, in UTF-8. */
export interface CsvSample {
  readonly pieces: readonly Buffer[];
  /** Of the file. */
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** `start` as a sample of `source`, which begins with it. */
export async function csvSample(start: Buffer, source: FileSource, encoding: FileEncoding): Promise<CsvSample> {
  const beginning: FileSource = {
    name: source.name,
    size: start.length,
    stream: (from = 0, to = start.length) => Readable.from([start.subarray(from, to)], { objectMode: false }),
  };
  const pieces: Buffer[] = [];
  for await (const piece of utf8Pieces(beginning, encoding)) pieces.push(piece);
  return { pieces, bytes: start.length, isWhole: start.length >= source.size };
}

export interface SampleRows {
  /** At most as many as were asked for. */
  readonly rows: FileRow[];
  /** How many there are in the sample. */
  readonly count: number;
}

/**
 * The first rows of a sample, and how many it has; a row that it cuts off isn't one.
 * @throws UnreadableFileError
 */
export async function sampleRows(sample: CsvSample, delimiter: string, most: number): Promise<SampleRows> {
  const rows: FileRow[] = [];
  let count = 0;
  for await (const found of rowsIn(sample, delimiter)) {
    count += found.length;
    if (rows.length < most) rows.push(...found.slice(0, most - rows.length));
  }
  return { rows, count };
}

/**
 * The first rows of a sample; what comes after them isn't looked at.
 * @throws UnreadableFileError
 */
export async function firstRows(sample: CsvSample, delimiter: string, most: number): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const found of rowsIn(sample, delimiter)) {
    rows.push(...found.slice(0, most - rows.length));
    if (rows.length === most) break;
  }
  return rows;
}

/** Bit by bit: in one go a sample takes a tenth of a second, in which no check would be answered. */
async function* rowsIn(sample: CsvSample, delimiter: string): AsyncGenerator<FileRow[], void> {
  const reader = new CsvRows({ delimiter, raw: false, limits: fileLimits, stats: { emptyRows: 0 } });
  for (const piece of sample.pieces) {
    for (let at = 0; at < piece.length; at += SLICE_BYTES) {
      yield await reader.read(piece.subarray(at, at + SLICE_BYTES));
      await nextTurn();
    }
  }
  if (sample.isWhole) yield await reader.finish();
}
