import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** A connection lost on the way, or a server that restarts; one that isn't there at all is told at once. */
const USUAL_PATIENCE_MS = 5_000;
/** Long work outlives restarts of the server, so whoever waits for it does too. */
export const LONG_PATIENCE_MS = 120_000;

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** Waiting rarely helps with these. */
const hopeless = new Set(['NOT_THERE', 'NOT_QUIETLINE']);

/** How long to wait before each further attempt: longer each time, until `patienceMs` have passed since it last went well. */
export class Patience {
  readonly #patienceMs: number | undefined;
  #began = Date.now();
  #waitMs = FIRST_WAIT_MS;

  constructor(patienceMs?: number) {
    this.#patienceMs = patienceMs;
  }

  /** Something went well: the next failure is a first one. */
  renew(): void {
    this.#began = Date.now();
    this.#waitMs = FIRST_WAIT_MS;
  }

  /** Waits. @throws the failure, when waiting can't help or has gone on for too long */
  async after(failure: unknown): Promise<void> {
    if (!(failure instanceof CommandFailure) || failure.exitCode !== EXIT.unreachable) throw failure;
    const patienceMs = this.#patienceMs ?? (hopeless.has(failure.code) ? 0 : USUAL_PATIENCE_MS);
    if (Date.now() - this.#began + this.#waitMs > patienceMs) throw failure;
    await sleep(this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** Does what may be done twice, again while the server can't be reached. */
export async function patiently<T>(attempt: () => Promise<T>, patienceMs?: number): Promise<T> {
  const patience = new Patience(patienceMs);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await patience.after(error);
    }
  }
}
