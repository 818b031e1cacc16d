import { setTimeout as sleep } from 'node:timers/promises';
import type { Pause } from './task-handler.ts';

const PROGRESS_MS = 1_000;

/**
 * Waits for what is done elsewhere, such as in a thread, and takes no other task's turn meanwhile. `tell` is called every
 * second. A task that is ended while it waits ends the work, too, and its end is awaited.
 */
export async function* pausing<T>(
  work: (signal: AbortSignal) => Promise<T>,
  tell: () => Promise<void>,
): AsyncGenerator<Pause, T> {
  const stop = new AbortController();
  const working = work(stop.signal);
  let isOver = false;
  const over = working.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  try {
    while (!isOver) {
      yield { until: Promise.race([over, sleep(PROGRESS_MS, undefined, { ref: false })]) };
      if (!isOver) await tell();
    }
    return await working;
  } finally {
    stop.abort();
    await over;
  }
}
