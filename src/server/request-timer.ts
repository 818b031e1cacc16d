import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpProblem } from './http-problem.ts';

/**
 * Refuses a request that isn't complete in time (slowloris). Node's own limit counts for every request, and a file may
 * come in for hours as long as it moves.
 */
export function limitRequestTime(
  req: IncomingMessage,
  res: ServerResponse,
  { ms, refuse }: { readonly ms: number; readonly refuse: (problem: HttpProblem) => void },
): void {
  if (req.complete) return;
  const timer = setTimeout(() => {
    if (req.complete) return;
    if (res.headersSent) req.destroy();
    else refuse(TOO_SLOW);
  }, ms);
  timer.unref();
  const stop = () => clearTimeout(timer);
  req.once('end', stop);
  res.once('close', stop);
}

const TOO_SLOW: HttpProblem = {
  status: 408,
  code: 'REQUEST_TIMEOUT',
  message: 'The request was not complete in time: send it faster, or in several requests.',
  headers: { connection: 'close' },
};
