import type { Sql } from '../db/database.ts';
import { type ChangeSetRecord, MAX_BATCH_ROWS, readChangeSets } from './change-set.ts';

/** Rows of the newest change sets kept in memory for an environment's streams; who is further behind reads the database. */
const TAIL_ROWS = 10_000;
/** The same over all environments (invariant 10), shared evenly by those that have streams. */
const ALL_TAILS_ROWS = 200_000;
let feedsWithStreams = 0;

/** The end of a log, as the environment's row has it. */
export interface Head {
  readonly position: number;
  readonly hash: Buffer;
  readonly epoch: string;
}

/** A set doesn't continue the one before: another history (a restored backup), or a damaged log. */
export class BrokenChainError extends Error {
  readonly code = 'BROKEN_CHAIN';
  constructor(environmentId: number, position: number) {
    super(
      `environment ${environmentId}: the change set after position ${position} doesn't continue the log that this server has followed`,
    );
    this.name = 'BrokenChainError';
  }
}

/**
 * One environment's log as this server follows it: how far it has read, the newest sets, and who waits. It PULLS; a
 * wake-up only says "look now", and may be lost or doubled without harm. All who need a newer position share one pull.
 */
export class EnvironmentFeed {
  readonly environmentId: number;
  readonly epoch: string;
  readonly #sql: Sql;
  #position: number;
  #hash: Buffer;
  #tail: ChangeSetRecord[] = [];
  #tailRows = 0;
  #streams = 0;
  #pulling: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  readonly #followers = new Set<(sets: readonly ChangeSetRecord[]) => void>();
  readonly #waiters = new Set<() => void>();
  /** How long ago (ms) a poll began of which we have seen the end; set by ChangeFeed. */
  age: () => number;
  /** Another history took the place of the one followed: nothing more comes, and who follows must resync. */
  isBroken = false;
  #owed = 0;

  constructor(options: { sql: Sql; environmentId: number; head: Head; age: () => number }) {
    this.#sql = options.sql;
    this.environmentId = options.environmentId;
    this.epoch = options.head.epoch;
    this.#position = options.head.position;
    this.#hash = options.head.hash;
    this.age = options.age;
  }

  get position(): number {
    return this.#position;
  }

  /** The chain hash at `position`. */
  get hash(): Buffer {
    return this.#hash;
  }

  /**
   * Reads the log to its end. What was committed before this call is read when it answers: a pull that is already running
   * may have looked too early, so everybody who comes meanwhile shares the one after it.
   */
  pull(): Promise<void> {
    if (!this.#pulling) return this.#startPull();
    this.#next ??= this.#pulling
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#pulling ?? this.#startPull();
      });
    return this.#next;
  }

  #startPull(): Promise<void> {
    this.#pulling = this.#pullToEnd().finally(() => {
      this.#pulling = null;
    });
    return this.#pulling;
  }

  /**
   * Pulls until the position is reached, at most so long. False when it wasn't; with `owed` this server then knows that
   * it lacks a commit of its own and is behind until it has it (P2.4).
   */
  async pullThrough(position: number, timeoutMs: number, owed = false): Promise<boolean> {
    if (this.#position >= position) return true;
    const reached = this.waitPast(position - 1, timeoutMs);
    // A running pull may have looked too early; only then another one is needed.
    const pulls = (this.#pulling ?? this.pull())
      .catch(() => {})
      .then(() => (this.#position >= position ? undefined : this.pull().catch(() => {})));
    const ok = await Promise.race([reached, pulls.then(() => (this.#position >= position ? true : reached))]);
    if (!ok && owed) this.#owed = Math.max(this.#owed, position);
    return ok;
  }

  /** A commit of this server that it hasn't been able to read back yet. */
  get isBehindItself(): boolean {
    return this.#owed > this.#position;
  }

  async #pullToEnd(): Promise<void> {
    for (;;) {
      const sets = await readChangeSets(this.#sql, this.environmentId, this.#position);
      if (sets.length === 0) return;
      this.#append(sets);
      const rows = sets.reduce((sum, set) => sum + set.changes.length, 0);
      if (rows < MAX_BATCH_ROWS / 2) return;
    }
  }

  #append(sets: readonly ChangeSetRecord[]): void {
    let position = this.#position;
    let hash = this.#hash;
    for (const set of sets) {
      if (set.firstPosition !== position + 1 || !set.prevHash.equals(hash))
        throw new BrokenChainError(this.environmentId, position);
      position = set.position;
      hash = set.hash;
    }
    // Followers (the index) first: whoever is woken afterwards finds the answer already true.
    for (const follow of this.#followers) follow(sets);
    this.#position = position;
    this.#hash = hash;
    if (this.#streams > 0) this.#remember(sets);
    this.wake();
  }

  #remember(sets: readonly ChangeSetRecord[]): void {
    for (const set of sets) {
      this.#tail.push(set);
      this.#tailRows += set.changes.length;
    }
    const most = Math.min(TAIL_ROWS, Math.floor(ALL_TAILS_ROWS / feedsWithStreams));
    let drop = 0;
    while (this.#tailRows > most && drop < this.#tail.length - 1) this.#tailRows -= this.#tail[drop++]!.changes.length;
    if (drop > 0) this.#tail.splice(0, drop);
  }

  /** A stream reads here until the function is called that this returns: only streams need the newest sets in memory. */
  hold(): () => void {
    if (this.#streams === 0) feedsWithStreams += 1;
    this.#streams += 1;
    return () => {
      this.#streams -= 1;
      if (this.#streams > 0) return;
      feedsWithStreams -= 1;
      this.#tail = [];
      this.#tailRows = 0;
    };
  }

  /** Nobody follows, reads or waits here: it may be forgotten and opened again. */
  get isIdle(): boolean {
    return this.#streams === 0 && this.#followers.size === 0 && this.#waiters.size === 0 && !this.isBehindItself;
  }

  /**
   * Whole change sets after a position, at most one batch; empty at the end. From memory, or else from the database:
   * through `sql`, so that slow readers don't take the connections that the polls need (P3.2).
   */
  async read(after: number, sql: Sql = this.#sql): Promise<readonly ChangeSetRecord[]> {
    if (after >= this.#position) return [];
    const from = this.#tail[0];
    if (!from || from.firstPosition > after + 1) return readChangeSets(sql, this.environmentId, after);
    const sets: ChangeSetRecord[] = [];
    let rows = 0;
    for (let n = this.#firstAfter(after); n < this.#tail.length; n += 1) {
      const set = this.#tail[n]!;
      if (sets.length > 0 && rows + set.changes.length > MAX_BATCH_ROWS) break;
      sets.push(set);
      rows += set.changes.length;
    }
    return sets;
  }

  #firstAfter(position: number): number {
    let low = 0;
    let high = this.#tail.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tail[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Called with every batch as it arrives, before anybody waiting is woken. Must not throw, must not wait. */
  follow(follower: (sets: readonly ChangeSetRecord[]) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** True when the log grew past the position, false when the time is up or the signal came first. */
  waitPast(position: number, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#position > position) return Promise.resolve(true);
    if (signal?.aborted || this.isBroken) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiters.delete(done);
        resolve(this.#position > position);
      };
      const timer = setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiters.add(done);
    });
  }

  /** How many wait; bounded by who may subscribe. */
  get waiting(): number {
    return this.#waiters.size;
  }

  wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
