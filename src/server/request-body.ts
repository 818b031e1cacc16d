import type { IncomingMessage } from 'node:http';
import { type HttpProblem, HttpProblemError } from './http-problem.ts';

/** How long the rest of a refused body is read and thrown away, so that the client gets to read the answer. */
const DISCARD_MS = 1_000;

/** How large a body may be, the setting that says so, and what to do with a larger one. */
export interface BodyLimit {
  readonly bytes: number;
  readonly setting: string;
  readonly remedy: string;
}

/** Refuses by the announced length alone, before a byte is read. */
export function refuseAnnouncedBody(req: IncomingMessage, limit: BodyLimit): void {
  if (Number(req.headers['content-length'] ?? 0) > limit.bytes) throw tooLarge(req, limit);
}

/**
 * Reads a body within the limit, counted as its bytes arrive: a chunked body announces no length.
 * @throws HttpProblemError (413), after which the connection ends.
 */
export function readBody(req: IncomingMessage, limit: BodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit.bytes) {
        chunks.push(chunk);
        return;
      }
      req.off('data', onData);
      reject(tooLarge(req, limit));
    };
    req.on('data', onData);
    req.once('end', () => resolve(Buffer.concat(chunks, bytes)));
    req.once('error', reject);
    req.once('close', () => reject(new Error('The client left before its request was complete')));
  });
}

/** Reads on for a moment, and ends the connection if the client still sends then. */
export function discardRest(req: IncomingMessage): void {
  if (req.complete) return;
  req.resume();
  const timer = setTimeout(() => req.complete || req.destroy(), DISCARD_MS);
  timer.unref();
  req.once('close', () => clearTimeout(timer));
}

function tooLarge(req: IncomingMessage, { bytes, setting, remedy }: BodyLimit): HttpProblemError {
  discardRest(req);
  const problem: HttpProblem = {
    status: 413,
    code: 'BODY_TOO_LARGE',
    message: `The request's body is larger than ${bytes} bytes (${setting}). ${remedy}`,
    headers: { connection: 'close' },
  };
  return new HttpProblemError(problem);
}
