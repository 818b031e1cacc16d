import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../worker-thread.ts';
import { DatabaseStoppedError } from './database-errors.ts';
import type { FromPglite, PgliteWorkerData, ToPglite } from './pglite-messages.ts';
import { PgliteStream } from './pglite-stream.ts';

const CLOSE_TIMEOUT_MS = 15_000;

/** The thread that PGlite runs in, and the streams to it. When it ends, every stream fails, and so does every later one. */
export class PgliteThread {
  readonly #worker: Worker;
  readonly #streams = new Map<number, PgliteStream>();
  #lastStream = 0;
  #failure: DatabaseStoppedError | undefined;
  #closing = false;

  /** Resolves once the database is open; the first start in a folder takes seconds. Throws DatabaseStoppedError. */
  static async start(data: PgliteWorkerData, onCrash: (error: DatabaseStoppedError) => void): Promise<PgliteThread> {
    const worker = startWorker(new URL('./pglite-worker', import.meta.url), { workerData: data });
    let opened = false;
    return new Promise((resolve, reject) => {
      const thread = new PgliteThread(worker, (error) => {
        if (opened) onCrash(error);
        else reject(new DatabaseStoppedError(`PGlite can't open ${data.dataDir}`, error));
      });
      worker.once('message', () => {
        opened = true;
        resolve(thread);
      });
    });
  }

  private constructor(worker: Worker, onCrash: (error: DatabaseStoppedError) => void) {
    this.#worker = worker;
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('message', (message: FromPglite) => {
      if (message.kind === 'bytes') this.#streams.get(message.stream)?.receive(message.bytes);
    });
    worker.on('exit', (exitCode) => {
      this.#failure = this.#closing
        ? new DatabaseStoppedError('The database is closed')
        : new DatabaseStoppedError(`PGlite's thread ended (exit code ${exitCode}): restart the process`, cause);
      for (const stream of this.#streams.values()) stream.destroy(this.#failure);
      if (!this.#closing) onCrash(this.#failure);
    });
  }

  /** For node-postgres, in place of a socket. */
  openStream(): PgliteStream {
    const stream = ++this.#lastStream;
    const opened = new PgliteStream({
      send: (bytes) => this.#send({ kind: 'run', stream, bytes }, [bytes.buffer]),
      failure: () => this.#failure,
      gone: () => {
        this.#streams.delete(stream);
        this.#send({ kind: 'gone', stream });
      },
    });
    this.#streams.set(stream, opened);
    return opened;
  }

  /** After what was sent before; shuts the database down cleanly and ends the thread. */
  async close(): Promise<void> {
    if (this.#closing || this.#failure) return;
    this.#closing = true;
    const ended = once(this.#worker, 'exit');
    this.#send({ kind: 'close' });
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  #send(message: ToPglite, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
