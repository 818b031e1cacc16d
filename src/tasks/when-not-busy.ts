import { setTimeout as sleep } from 'node:timers/promises';
import type { Pause } from './task-handler.ts';

/** So often a batch is tried before its task is given back, which may have to begin with its preparations. */
const TRIES = 10;
const PAUSE_MS = 500;

/** Writes a batch, and again after a pause while the database is busy: of a try that found it so, nothing was written. */
export async function* whenNotBusy<T>(write: () => Promise<T>, pauseMs = PAUSE_MS): AsyncGenerator<Pause, T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isBusy(error) || tries === TRIES) throw error;
    }
    yield { until: sleep(pauseMs, undefined, { ref: false }) };
  }
}

/** Nobody's fault, and over after a while: the write queue is full (OVERLOADED), or a lock was waited for too long. */
export function isBusy(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'OVERLOADED' || code === '55P03';
}
