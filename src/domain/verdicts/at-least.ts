import { LRUCache } from 'lru-cache';
import type { Cursor, CursorCodec } from '../../changes/cursor.ts';
import type { EnvironmentFeed } from '../../changes/environment-feed.ts';
import { hashAt } from '../../changes/resume-plan.ts';
import type { Sql } from '../../db/database.ts';
import type { LoadedEnvironment } from '../../suppression-index/suppression-index.ts';
import { within } from './within.ts';

/** P2.4: how long `atLeast` waits for this node to get there. */
export const REACH_MS = 2_000;
/** P2.4: calls that wait at once per environment; who comes beyond is blocked at once, not queued. */
export const MAX_WAITING = 10_000;
/** Cursors of one log that were compared with it: clients pass the same one for every check of a page. */
const REMEMBERED = 1_000;

/** Read-your-writes across nodes: has this node's index reached a place in the log that somebody else has seen? */
export class AtLeast {
  readonly #cursors: CursorCodec;
  readonly #sql: Sql;
  readonly #maxWaiting: number;
  readonly #waiting = new Map<number, number>();
  /** By feed: another history comes with another feed, and forgets what was true of the old one. */
  readonly #verified = new WeakMap<EnvironmentFeed, LRUCache<string, true>>();

  constructor(options: { cursors: CursorCodec; sql: Sql; maxWaiting?: number }) {
    this.#cursors = options.cursors;
    this.#sql = options.sql;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
  }

  /**
   * True when the node has applied the log up to the cursor and it is the cursor's own log: same environment, epoch and
   * hash there (P2.2). False when not within the time, whatever the reason: the caller then blocks.
   * @throws InvalidCursorError when no server with our secret made the token
   */
  async reached(loaded: LoadedEnvironment, token: string, timeoutMs = REACH_MS): Promise<boolean> {
    const wanted = this.#cursors.decode(token);
    const { feed } = loaded;
    if (wanted.environmentId !== feed.environmentId || wanted.epoch !== feed.epoch) return false;
    if (this.#isVerified(feed, wanted)) return true;
    const waiting = this.#waiting.get(feed.environmentId) ?? 0;
    if (waiting >= this.#maxWaiting) return false;
    this.#waiting.set(feed.environmentId, waiting + 1);
    try {
      return await within(timeoutMs, this.#verify(feed, wanted, timeoutMs));
    } finally {
      const left = this.#waiting.get(feed.environmentId)! - 1;
      if (left > 0) this.#waiting.set(feed.environmentId, left);
      else this.#waiting.delete(feed.environmentId);
    }
  }

  async #verify(feed: EnvironmentFeed, wanted: Cursor, timeoutMs: number): Promise<boolean> {
    if (!(await feed.pullThrough(wanted.position, timeoutMs))) return false;
    if ((await hashAt(this.#sql, feed, wanted.position)) !== wanted.hash) return false;
    const verified = this.#verified.get(feed) ?? new LRUCache<string, true>({ max: REMEMBERED });
    this.#verified.set(feed, verified.set(keyOf(wanted), true));
    return true;
  }

  #isVerified(feed: EnvironmentFeed, wanted: Cursor): boolean {
    return this.#verified.get(feed)?.get(keyOf(wanted)) === true;
  }
}

function keyOf({ position, hash }: Cursor): string {
  return `${position} ${hash}`;
}
