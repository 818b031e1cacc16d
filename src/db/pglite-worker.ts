import { parentPort, workerData } from 'node:worker_threads';
import { openPglite } from './pglite-files.ts';
import type { FromPglite, PgliteWorkerData, ToPglite } from './pglite-messages.ts';

/**
 * The entry of PGlite's thread (P3.1): it blocks the thread it runs in, so that must not be the one with the sockets.
 * It speaks PostgreSQL's wire protocol with the thread that started it. An error here ends the thread, and the other
 * side sees that: after an unknown failure inside WASM nothing it says can be trusted.
 */
const CHUNK_BYTES = 256 * 1024;
const STARTUP = 0;

const port = parentPort!;
const pglite = await openPglite((workerData as PgliteWorkerData).dataDir);
/** The stream whose session this is; 0 for none. */
let owner = 0;
let tail = Promise.resolve();

port.on('message', (message: ToPglite) => {
  tail = tail.then(() => handle(message));
});
send({ kind: 'ready' });

async function handle(message: ToPglite): Promise<void> {
  if (message.kind === 'close') return close();
  if (message.kind === 'gone') {
    if (message.stream === owner) await resetSession();
    return;
  }
  if (message.bytes[0] === STARTUP) {
    await resetSession();
    owner = message.stream;
  }
  if (message.stream === owner) await run(message.stream, message.bytes);
}

/** The raw stream: the other calls of PGlite parse every answer too, and keep what they parsed. */
async function run(stream: number, bytes: Uint8Array): Promise<void> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const flush = () => {
    const joined = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    if (size > 0) send({ kind: 'bytes', stream, bytes: joined }, [joined.buffer]);
    pieces = [];
    size = 0;
  };
  await pglite.runExclusive(() =>
    pglite.execProtocolRawStream(bytes, {
      onRawData: (data) => {
        // A copy: `data` is a view of WASM memory that the next message overwrites.
        pieces.push(data.slice());
        size += data.length;
        if (size >= CHUNK_BYTES) flush();
      },
    }),
  );
  flush();
}

/** One session serves every connection in turn, so each begins as a new one would: no transaction, no settings. */
async function resetSession(): Promise<void> {
  if (pglite.isInTransaction()) await pglite.exec('ROLLBACK');
  await pglite.exec('DISCARD ALL');
}

async function close(): Promise<void> {
  owner = 0;
  await pglite.close();
  send({ kind: 'closed' });
  port.close();
}

function send(message: FromPglite, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
