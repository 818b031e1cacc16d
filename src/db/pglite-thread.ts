import { once } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
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
    const worker = startWorker(data);
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

/**
 * The entry has the extension of this file. From the sources (tests, `dev`) tsx has to translate it; Node 20 ignores
 * `--import tsx` among a worker's arguments when it comes to the entry itself, so a line of JavaScript loads both.
 */
function startWorker(data: PgliteWorkerData): Worker {
  const extension = extname(import.meta.url);
  const entry = new URL(`./pglite-worker${extension}`, import.meta.url);
  if (extension !== '.ts') return new Worker(entry, { workerData: data });
  // require.resolve() finds the CommonJS twin, which in tsx 4.23 doesn't find its own files.
  const tsx = new URL('index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api'))).href;
  const load = `import('${tsx}').then(({ register }) => { register(); return import('${entry.href}'); });`;
  return new Worker(load, { eval: true, workerData: data, execArgv: [] });
}
