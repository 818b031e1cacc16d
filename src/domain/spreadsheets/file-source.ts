import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';

/** A file that can be read as often as wanted, from anywhere, without being in memory. */
export interface FileSource {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` (default 0) to before `end` (default the file's). */
  stream(start?: number, end?: number): Readable;
}

/** A file of this machine, under the name that people gave it. */
export function localFile(path: string, name: string): FileSource {
  const { size } = statSync(path);
  return {
    name,
    size,
    stream: (start = 0, end = size) =>
      start < end ? createReadStream(path, { start, end: end - 1 }) : Readable.from([], { objectMode: false }),
  };
}

/** The bytes from `start` to before `end`, as far as the file has them. */
export async function readRange(source: FileSource, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source.stream(start, Math.min(end, source.size))) pieces.push(piece);
  return Buffer.concat(pieces);
}
