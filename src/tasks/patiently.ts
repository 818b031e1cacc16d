import { setTimeout as sleep } from 'node:timers/promises';
import { VerdictsUnavailableError } from '../domain/verdicts/verdicts-unavailable.ts';
import { pausing } from './pausing.ts';
import { type Pause, TaskFailure } from './task-handler.ts';

const PATIENCE_MS = 60_000;
const ASK_AGAIN_MS = 500;

/**
 * A server that can't vouch for its answer lets nobody through (R3.3). It may only have lost its database for a moment, so
 * it is asked again for a while; then the task fails as a whole.
 */
export async function* patiently<T>(patienceMs = PATIENCE_MS, ask: () => Promise<T>): AsyncGenerator<Pause, T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof VerdictsUnavailableError)) throw error;
  }
  return yield* pausing(
    (signal) => askAgain(ask, patienceMs, signal),
    async () => {},
  );
}

async function askAgain<T>(ask: () => Promise<T>, patienceMs: number, signal: AbortSignal): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    await sleep(ASK_AGAIN_MS, undefined, { signal });
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof VerdictsUnavailableError)) throw error;
      if (performance.now() >= until) throw new TaskFailure(error.code, UNAVAILABLE[error.code]);
    }
  }
}

const UNAVAILABLE = {
  STALE:
    'The server could not show that it has the newest opt-outs, so no row was let through. Start the scrub again when the server is ready.',
  NOT_READY:
    'The server could not load its lists in time, so no row was let through. Start the scrub again in a while.',
};
