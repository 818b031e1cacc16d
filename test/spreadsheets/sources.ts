import { Readable } from 'node:stream';
import type { FileFormat, FileRow, ReadOptions } from '../../src/domain/spreadsheets/file-format.ts';
import type { FileSource } from '../../src/domain/spreadsheets/file-source.ts';
import { readRows } from '../../src/domain/spreadsheets/read-rows.ts';

/** A file in memory that comes in pieces of this size, as it may over a network. */
export function bytesFile(bytes: Buffer, pieceBytes = 64 * 1024): FileSource {
  return {
    name: 'file',
    size: bytes.length,
    stream: (start = 0, end = bytes.length) =>
      Readable.from(pieces(bytes.subarray(start, end), pieceBytes), { objectMode: false }),
  };
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export function textFile(text: string): FileSource {
  return bytesFile(Buffer.from(text));
}

/** A file of `count` times the same bytes, which are nowhere. */
export function repeatedFile(unit: Buffer, count: number): FileSource {
  const size = unit.length * count;
  return {
    name: 'file',
    size,
    stream: (start = 0, end = size) =>
      Readable.from(
        (function* () {
          for (let at = start; at < end; ) {
            const piece = unit.subarray(at % unit.length, (at % unit.length) + end - at);
            yield piece;
            at += piece.length;
          }
        })(),
        { objectMode: false },
      ),
  };
}

export const csv = { kind: 'CSV', encoding: 'UTF8', delimiter: ',', headerLine: null } as const satisfies FileFormat;
export const xlsx = { kind: 'XLSX', sheet: 'Sheet1', headerLine: null } as const satisfies FileFormat;

export async function allRows(source: FileSource, format: FileFormat = csv, options?: ReadOptions): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const batch of readRows(source, format, options)) rows.push(...batch);
  return rows;
}

/** Rows as a table of lines and cells. */
export async function lines(source: FileSource, format: FileFormat = csv, options?: ReadOptions) {
  return (await allRows(source, format, options)).map(({ line, cells }) => [line, ...cells]);
}

/** The code and the message of what reading fails with; reads to the end. */
export async function refusal(source: FileSource, format: FileFormat = csv, options?: ReadOptions) {
  try {
    for await (const _ of readRows(source, format, options));
    return null;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}
