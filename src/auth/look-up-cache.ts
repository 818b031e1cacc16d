import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../clock.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** How long a found credential is believed without asking the database again, ms. Revocation doesn't wait for it. */
const foundTtl = 10_000;
/** How long a refused one is refused without asking, ms. Short: an environment may have been created meanwhile. */
const refusedTtl = 1_000;

/** What a look-up found; tied to an environment so that a revocation there can drop it. */
export interface EnvironmentVersion {
  readonly environmentId: number;
  readonly authVersion: number;
}

/** What the revocation watch needs of a cache. */
export interface RevocableCache {
  /** Every environment version that some cached credential was read at. */
  cachedVersions(): Iterable<EnvironmentVersion>;
  forgetEnvironment(environmentId: number): void;
}

/**
 * A small bounded memory in front of the database: found values and refusals are kept apart, so that a flood of wrong
 * credentials can't evict the right ones, and look-ups of the same key that run at the same time are one query.
 */
export class LookUpCache<Found extends EnvironmentVersion> implements RevocableCache {
  readonly #found: LRUCache<string, Found>;
  readonly #refused: LRUCache<string, string>;
  readonly #running = new Map<string, Promise<Found>>();
  #generation = 0;

  constructor(clock: Clock = systemClock) {
    const time = { perf: { now: () => clock.monotonic() }, ttlResolution: 0 };
    this.#found = new LRUCache({ ...time, max: 10_000, ttl: foundTtl });
    this.#refused = new LRUCache({ ...time, max: 1_000, ttl: refusedTtl });
  }

  /**
   * The value of `key`; `lookUp` throws UnauthenticatedError to refuse it. Any other failure is passed on and not kept.
   */
  async get(key: string, lookUp: () => Promise<Found>): Promise<Found> {
    const found = this.#found.get(key);
    if (found !== undefined) return found;
    const refusal = this.#refused.get(key);
    if (refusal !== undefined) throw new UnauthenticatedError(refusal);
    const running = this.#running.get(key);
    if (running !== undefined) return await running;

    const started = this.#run(key, lookUp);
    this.#running.set(key, started);
    try {
      return await started;
    } finally {
      if (this.#running.get(key) === started) this.#running.delete(key);
    }
  }

  /** Drops what matches. A look-up that is under way may have read the state of before: its result is not kept. */
  forget(matches: (found: Found) => boolean): void {
    this.#generation += 1;
    this.#running.clear();
    for (const [key, found] of this.#found.entries()) {
      if (matches(found)) this.#found.delete(key);
    }
  }

  forgetEnvironment(environmentId: number): void {
    this.forget((found) => found.environmentId === environmentId);
  }

  cachedVersions(): Iterable<EnvironmentVersion> {
    return this.#found.values();
  }

  async #run(key: string, lookUp: () => Promise<Found>): Promise<Found> {
    const generation = this.#generation;
    try {
      const found = await lookUp();
      if (generation === this.#generation) this.#found.set(key, found);
      return found;
    } catch (error) {
      if (error instanceof UnauthenticatedError) this.#refused.set(key, error.message);
      throw error;
    }
  }
}
