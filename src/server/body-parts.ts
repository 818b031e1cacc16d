import type { IncomingMessage } from 'node:http';
import { HttpProblemError } from './http-problem.ts';

/** The connection ended before the body did. */
export class BodyCutError extends Error {
  constructor() {
    super('The client left before its request was complete');
    this.name = 'BodyCutError';
  }
}

/**
 * A body in parts of `partBytes` (the last one has the rest), one in memory at a time: the next bytes are taken from the
 * network when whoever takes the parts comes back. A body that is cut gives what came of it first, and then the error.
 * @throws BodyCutError; HttpProblemError (503) when `signal` is aborted
 */
export async function* bodyParts(
  req: IncomingMessage,
  { partBytes, signal }: { readonly partBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<Buffer> {
  let wake = () => {};
  const onEvent = () => wake();
  const events = ['readable', 'end', 'close', 'error'] as const;
  for (const event of events) req.on(event, onEvent);
  signal.addEventListener('abort', onEvent);
  try {
    let chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = signal.aborted ? null : (req.read() as Buffer | null);
      if (chunk === null) {
        if (isOver(req) || signal.aborted) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      chunks.push(chunk);
      bytes += chunk.length;
      while (bytes >= partBytes) {
        const all = Buffer.concat(chunks, bytes);
        yield all.subarray(0, partBytes);
        bytes -= partBytes;
        chunks = bytes > 0 ? [Buffer.from(all.subarray(partBytes))] : [];
      }
    }
    if (bytes > 0) yield Buffer.concat(chunks, bytes);
    if (signal.aborted) throw new HttpProblemError(stopping);
    if (!req.readableEnded) throw new BodyCutError();
  } finally {
    for (const event of events) req.off(event, onEvent);
    signal.removeEventListener('abort', onEvent);
  }
}

function isOver(req: IncomingMessage): boolean {
  return req.readableEnded || req.destroyed || req.errored !== null;
}

const stopping = {
  status: 503,
  code: 'SHUTTING_DOWN',
  message: 'This server is stopping. An upload that can be resumed goes on from the offset that HEAD tells.',
  headers: { 'retry-after': '5', connection: 'close' },
};
