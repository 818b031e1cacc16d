import type { IncomingMessage } from 'node:http';
import { type HttpProblem, HttpProblemError } from './http-problem.ts';

/** How long the rest of a refused body is read and thrown away, so that the client gets to read the answer. */
const DISCARD_MS = 1_000;

/** Refuses by the announced length alone, before a byte is read. */
export function refuseAnnouncedBody(req: IncomingMessage, maxBytes: number): void {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(req, maxBytes);
}

/**
 * Reads a body of at most `maxBytes`, counted as they arrive: a chunked body announces no length.
 * @throws HttpProblemError (413), after which the connection ends.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      req.off('data', onData);
      reject(tooLarge(req, maxBytes));
    };
    req.on('data', onData);
    req.once('end', () => resolve(Buffer.concat(chunks, bytes).toString('utf8')));
    req.once('error', reject);
    req.once('close', () => reject(new Error('The client left before its request was complete')));
  });
}

function tooLarge(req: IncomingMessage, maxBytes: number): HttpProblemError {
  req.resume();
  const timer = setTimeout(() => req.destroy(), DISCARD_MS);
  timer.unref();
  req.once('close', () => clearTimeout(timer));
  const problem: HttpProblem = {
    status: 413,
    code: 'BODY_TOO_LARGE',
    message: `The request's body is larger than ${maxBytes} bytes (MAX_BODY_BYTES). Send the list in several requests.`,
    headers: { connection: 'close' },
  };
  return new HttpProblemError(problem);
}
