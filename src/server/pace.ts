import type { ServerResponse } from 'node:http';

/** What a client has to take of a response. */
export interface Pace {
  readonly everyMs: number;
  readonly leastBytes: number;
}

const PIECE_BYTES = 2 ** 14;

/** In pieces that are small enough to tell how much of them has been taken. */
export async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const part of bytes)
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES);
}

/**
 * Ends a response whose client takes less: a byte a minute would keep the connection for ever. Only bytes that wait for
 * the client count against it, so whatever makes them may take its time. Call what it returns when done.
 */
export function endIfSlow(res: ServerResponse, { everyMs, leastBytes }: Pace): () => void {
  // The connection may have carried other responses.
  const taken = () => (res.socket ? res.socket.bytesWritten - res.socket.writableLength : 0);
  let [before, waited] = [taken(), false];
  const timer = setInterval(() => {
    const [now, waits] = [taken(), res.writableNeedDrain];
    if (waited && waits && now - before < leastBytes) res.destroy();
    [before, waited] = [now, waits];
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
