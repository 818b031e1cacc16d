import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const CHUNK_BYTES = 64 * 1024;

/** Reads a run line by line with a small buffer; waits only when that is empty. */
export class RunReader {
  readonly #file: FileHandle;
  readonly #decoder = new StringDecoder('utf8');
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #lines: string[] = [];
  #next = 0;
  #rest = '';
  /** The line that it stands at; undefined at the end. */
  line: string | undefined;

  /** Stands at the first line. */
  static async open(path: string): Promise<RunReader> {
    const reader = new RunReader(await open(path));
    if (!reader.advance()) await reader.fill();
    return reader;
  }

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Goes to the next line of the buffer; false when the buffer is empty, and then `fill` has to be awaited. */
  advance(): boolean {
    this.line = this.#lines[this.#next++];
    return this.line !== undefined;
  }

  /** Reads on, and goes to the next line, or to the end. */
  async fill(): Promise<void> {
    while (!this.advance()) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      const lines = (this.#rest + this.#decoder.write(this.#chunk.subarray(0, bytesRead))).split('\n');
      this.#rest = lines.pop()!;
      this.#lines = lines;
      this.#next = 0;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
