import type { ChangeFeed, FeedLog } from '../changes/change-feed.ts';
import { cursorAt } from '../changes/change-stream.ts';
import type { Cursor } from '../changes/cursor.ts';
import type { EnvironmentFeed } from '../changes/environment-feed.ts';
import type { Database } from '../db/database.ts';
import type { EnvironmentIndex } from './environment-index.ts';
import { followFeed } from './index-follower.ts';
import { loadIndex } from './index-loader.ts';
import { Turnstile } from './turnstile.ts';

/** P2.5: loads that run at once; the others wait their turn. */
const LOADS_AT_ONCE = 2;
/** P2.5: how long a check waits for an environment to be loaded. */
export const WARMING_MS = 2_000;

const MEMORY_LOOK_MS = 10_000;

export interface SuppressionIndexOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly log: FeedLog;
  /** INDEX_MEMORY, bytes: beyond it the least recently used environments leave. */
  readonly memoryBytes: number;
  readonly maxStalenessMs: number;
}

/** An environment that this node can answer for. */
export interface LoadedEnvironment {
  readonly index: EnvironmentIndex;
  readonly feed: EnvironmentFeed;
  /** This node can't show that it has the newest changes (invariant 6): it must block. */
  isStale(): boolean;
  /** The place in the log that answers are true at. */
  cursor(): Cursor;
}

interface Slot {
  loading: Promise<LoadedEnvironment>;
  loaded: LoadedEnvironment | null;
  stopFollowing: () => void;
}

/** The in-memory answer of this node: environments load on first use and leave least recently used first (P2.5). */
export class SuppressionIndex {
  readonly #options: SuppressionIndexOptions;
  /** In order of use: the first is the least recently used. */
  readonly #slots = new Map<number, Slot>();
  #timer: NodeJS.Timeout | null = null;
  readonly #turnstile = new Turnstile(LOADS_AT_ONCE);

  constructor(options: SuppressionIndexOptions) {
    this.#options = options;
  }

  /** The environment when it is loaded now; marks its use. The hot path of a check. */
  peek(environmentId: number): LoadedEnvironment | null {
    const slot = this.#slots.get(environmentId);
    if (!slot?.loaded) return null;
    this.#slots.delete(environmentId);
    this.#slots.set(environmentId, slot);
    return slot.loaded;
  }

  /** Loads on first use and waits at most so long; null when it isn't loaded by then (the load goes on). */
  async ready(environmentId: number, timeoutMs = WARMING_MS): Promise<LoadedEnvironment | null> {
    const loaded = this.peek(environmentId);
    if (loaded) return loaded;
    const slot = this.#slots.get(environmentId) ?? this.#load(environmentId);
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, null);
    });
    try {
      return await Promise.race([slot.loading, timeUp]);
    } catch (error) {
      this.#options.log.warn({ err: error, environmentId }, 'the suppression index could not be loaded');
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Forgets what is known of an environment: the next check loads it anew. */
  drop(environmentId: number): void {
    const slot = this.#slots.get(environmentId);
    if (!slot) return;
    this.#slots.delete(environmentId);
    slot.stopFollowing();
    slot.loaded = null;
  }

  #load(environmentId: number): Slot {
    const slot = { loaded: null, stopFollowing: () => {} } as unknown as Slot;
    this.#slots.set(environmentId, slot);
    // Apart from the line above, because a free place lets the load begin before this call returns.
    slot.loading = this.#turnstile.pass(() => this.#build(environmentId, slot));
    slot.loading.catch(() => {
      if (this.#slots.get(environmentId) === slot) this.#slots.delete(environmentId);
    });
    return slot;
  }

  async #build(environmentId: number, slot: Slot): Promise<LoadedEnvironment> {
    const { database, maxStalenessMs, log } = this.#options;
    const feed = await this.#options.feed.environment(environmentId);
    // Held while it loads, so that the feed isn't forgotten as idle before the index follows it.
    const release = feed.hold();
    if (feed.isBroken) {
      release();
      throw new Error('the feed of the environment was forgotten just now');
    }
    const index = await loadIndex(database, environmentId, feed.position)
      .then(async (loading) => {
        // Exposed only after the replay to the position of the load's END (P2.3).
        await feed.pull();
        slot.stopFollowing = await followFeed(loading, feed, (error) => {
          log.error({ err: error, environmentId }, 'the suppression index could not apply a change and is loaded anew');
          if (this.#slots.get(environmentId) === slot) this.drop(environmentId);
        });
        return loading;
      })
      .finally(release);
    const loaded: LoadedEnvironment = {
      index,
      feed,
      isStale: () =>
        feed.isBroken || feed.isBehindItself || index.position !== feed.position || feed.age() > maxStalenessMs,
      cursor: () => cursorAt(feed, feed.position, feed.hash),
    };
    if (this.#slots.get(environmentId) !== slot) {
      slot.stopFollowing();
      throw new Error('the environment was dropped while it was loading');
    }
    slot.loaded = loaded;
    this.#makeRoom(environmentId);
    return loaded;
  }

  #makeRoom(keep: number): void {
    let total = 0;
    for (const { loaded } of this.#slots.values()) total += loaded?.index.memoryBytes ?? 0;
    for (const [id, { loaded }] of [...this.#slots]) {
      if (total <= this.#options.memoryBytes) return;
      if (id === keep || !loaded) continue;
      total -= loaded.index.memoryBytes;
      this.drop(id);
      this.#options.log.warn(
        { environmentId: id },
        'an environment left the suppression index: INDEX_MEMORY_MB is full',
      );
    }
  }

  /** Loaded environments grow: looked at every so often, not only when another one is loaded (invariant 10). */
  start(): void {
    this.#timer = setInterval(() => this.#makeRoom([...this.#slots.keys()].at(-1) ?? 0), MEMORY_LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Bytes held by all loaded environments. */
  get memoryBytes(): number {
    return [...this.#slots.values()].reduce((sum, { loaded }) => sum + (loaded?.index.memoryBytes ?? 0), 0);
  }
}
