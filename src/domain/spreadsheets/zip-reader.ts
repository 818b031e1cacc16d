import type { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { type FileSource, readRange } from './file-source.ts';

/** The directory of most workbooks fits into one window: read once instead of field by field. */
const WINDOW_BYTES = 128 * 1024;

/** Lets yauzl read a file that may lie anywhere. */
export class ZipReader extends RandomAccessReader {
  readonly #source: FileSource;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;
  /** Why the file couldn't be read, if so: that says nothing about the file. */
  failure: unknown;

  constructor(source: FileSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return this.#source.stream(start, end).on('error', (error) => {
      this.failure = error;
    });
  }

  override read(target: Buffer, offset: number, length: number, position: number, callback: ReadCallback): void {
    this.#fill(position, position + length).then(
      () => {
        const at = position - this.#start;
        callback(null, this.#window.copy(target, offset, at, at + length));
      },
      (error) => {
        this.failure = error;
        callback(error);
      },
    );
  }

  async #fill(start: number, end: number): Promise<void> {
    if (start >= this.#start && end <= this.#start + this.#window.length) return;
    this.#window = await readRange(this.#source, start, Math.max(end, start + WINDOW_BYTES));
    this.#start = start;
  }
}

type ReadCallback = (error: Error | null, bytesRead?: number) => void;
