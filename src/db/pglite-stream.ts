import { Duplex } from 'node:stream';
import { FrontendRuns } from './frontend-runs.ts';

export interface PgliteStreamOptions {
  /** Hands a complete run to PGlite's thread. */
  readonly send: (run: Uint8Array<ArrayBuffer>) => void;
  /** Asked at connect(): the error if the thread can't serve any more. */
  readonly failure: () => Error | undefined;
  /** Called once, however the stream ends. */
  readonly gone: () => void;
}

/** What node-postgres takes for its socket: bytes to and from PGlite's thread. */
export class PgliteStream extends Duplex {
  readonly #runs = new FrontendRuns();
  readonly #options: PgliteStreamOptions;

  constructor(options: PgliteStreamOptions) {
    super();
    this.#options = options;
  }

  /** Bytes of the server. */
  receive(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  // What follows is the part of net.Socket that node-postgres calls.
  connect(): this {
    const failure = this.#options.failure();
    if (failure) this.destroy(failure);
    else process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Bytes are pushed as they come; node-postgres never pauses.
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    for (const run of this.#runs.push(chunk)) this.#options.send(run);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.gone();
    done(error);
  }
}
