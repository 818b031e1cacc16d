import { Readable } from 'node:stream';
import { CsvRows } from './csv-rows.ts';
import { type FileEncoding, type FileRow, fileLimits } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { utf8Pieces } from './text-encoding.ts';

/** What is looked at to find out how a file is to be read. */
export const SAMPLE_BYTES = 256 * 1024;

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
 * The first rows of a sample; a row that it cuts off isn't one.
 * @throws UnreadableFileError
 */
export async function sampleRows(sample: CsvSample, delimiter: string, most: number): Promise<SampleRows> {
  const reader = new CsvRows({ delimiter, raw: false, limits: fileLimits, stats: { emptyRows: 0 } });
  const rows: FileRow[] = [];
  let count = 0;
  const take = (found: readonly FileRow[]) => {
    count += found.length;
    if (rows.length < most) rows.push(...found.slice(0, most - rows.length));
  };
  for (const piece of sample.pieces) take(await reader.read(piece));
  if (sample.isWhole) take(await reader.finish());
  return { rows, count };
}
