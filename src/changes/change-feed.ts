import { type Clock, stalenessSince, systemClock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { EnvironmentFeed, type Head } from './environment-feed.ts';
import { toPosition } from './position.ts';
import { WakeUps } from './wake-ups.ts';

/** What the feed tells; a pino logger fits. */
export interface FeedLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly log: FeedLog;
  readonly pollIntervalMs: number;
  /** Called when an environment's log stopped being the one that we followed: what was built on it must go. */
  readonly onBroken: (environmentId: number) => void;
  readonly clock?: Clock;
  /** Default 1,000. */
  readonly maxIdleFeeds?: number;
}

/** Feeds that nobody follows are kept up to this number (invariant 10). */
const MAX_IDLE_FEEDS = 1_000;

/** The environment isn't in the database. */
export class UnknownEnvironmentError extends Error {
  readonly code = 'UNKNOWN_ENVIRONMENT';
}

/**
 * All environments that this server follows. One poll asks for all their heads (P2.6), so that a lost notification
 * costs half a second and nothing else; freshness counts from the START of the last poll whose end we have reached.
 */
export class ChangeFeed {
  readonly #database: Database;
  readonly #log: FeedLog;
  readonly #options: ChangeFeedOptions;
  readonly #clock: Clock;
  readonly #feeds = new Map<number, Promise<EnvironmentFeed>>();
  readonly #open = new Map<number, EnvironmentFeed>();
  readonly #wakeUps: WakeUps;
  #timer: NodeJS.Timeout | null = null;
  #polling: Promise<Promise<void>[]> | null = null;
  #pollAge: () => number;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#database = options.database;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
    this.#pollAge = () => Number.POSITIVE_INFINITY;
    this.#wakeUps = new WakeUps({ database: options.database, log: options.log, onWake: (ids) => this.#woken(ids) });
  }

  async start(): Promise<void> {
    await this.#wakeUps.start();
    await this.poll();
    this.#timer = setInterval(() => void this.poll(), this.#options.pollIntervalMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#wakeUps.stop();
    await this.#polling;
    for (const feed of this.#open.values()) feed.wake();
  }

  /** How long ago (ms) the last successful poll began. */
  pollAge(): number {
    return this.#pollAge();
  }

  /** The feed of an environment, opened at the log's end on first use. */
  environment(environmentId: number): Promise<EnvironmentFeed> {
    let feed = this.#feeds.get(environmentId);
    if (!feed) {
      feed = this.#openFeed(environmentId);
      this.#feeds.set(environmentId, feed);
      feed.catch(() => this.#feeds.delete(environmentId));
    }
    return feed;
  }

  async #openFeed(environmentId: number): Promise<EnvironmentFeed> {
    // The embedded database has one process, which reads back all that it commits: there is nothing to be behind of, and a
    // long write on its one connection must not look like it. On PostgreSQL only a poll can tell (P2.6).
    const age = this.#database.kind === 'pglite' ? () => 0 : stalenessSince(this.#clock);
    const head = await this.readHead(environmentId);
    const feed = new EnvironmentFeed({ sql: this.#database.feed, environmentId, head, age });
    this.#open.set(environmentId, feed);
    if (this.#open.size > (this.#options.maxIdleFeeds ?? MAX_IDLE_FEEDS)) this.#forgetIdle(feed);
    return feed;
  }

  /** Environments that were only written to, or whose index has left memory. */
  #forgetIdle(keep: EnvironmentFeed): void {
    for (const [id, feed] of this.#open) {
      if (feed === keep || !feed.isIdle) continue;
      this.#open.delete(id);
      this.#feeds.delete(id);
      // Nobody polls it from now on: whoever got hold of it at this very moment must not vouch by it.
      feed.isBroken = true;
    }
  }

  async readHead(environmentId: number): Promise<Head> {
    const { rows } = await this.#database.feed.query<{ head: string; head_hash: Buffer; epoch: string }>(
      'SELECT head, head_hash, epoch FROM environment WHERE id = $1',
      [environmentId],
    );
    if (!rows[0]) throw new UnknownEnvironmentError(`environment ${environmentId} is not in the database`);
    return { position: toPosition(rows[0].head), hash: rows[0].head_hash, epoch: rows[0].epoch };
  }

  /** A write of this server was committed: look now, and wake the other servers. */
  committed(environmentId: number): void {
    this.#wakeUps.announce(environmentId);
    this.#woken([environmentId]);
  }

  #woken(environmentIds: readonly number[] | 'ALL'): void {
    const ids = environmentIds === 'ALL' ? [...this.#open.keys()] : environmentIds;
    for (const id of ids) {
      const feed = this.#open.get(id);
      if (feed) void this.#pull(feed);
    }
  }

  /** One query for all environments, then what is new in each. Never rejects. */
  async poll(): Promise<void> {
    // Only the query is shared: an environment with much to read must not keep the others' polls waiting (P3.2).
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
    });
    await Promise.all(await this.#polling);
  }

  async #pollOnce(): Promise<Promise<void>[]> {
    const age = stalenessSince(this.#clock);
    // A pull may overtake the poll's answer: only what we knew before we asked can show that the log went back.
    const known = new Map([...this.#open].map(([id, feed]) => [id, feed.position]));
    try {
      const { rows } = await this.#database.feed.query<{ id: number; head: string; head_hash: Buffer; epoch: string }>(
        'SELECT id, head, head_hash, epoch FROM environment WHERE id = ANY ($1::int[])',
        [[...known.keys()]],
      );
      this.#pollAge = age;
      return rows.map((row) =>
        this.#reach(
          row.id,
          { position: toPosition(row.head), hash: row.head_hash, epoch: row.epoch },
          known.get(row.id)!,
          age,
        ),
      );
    } catch (error) {
      this.#log.warn({ err: error }, 'the poll of the change log failed');
      return [];
    }
  }

  async #reach(environmentId: number, head: Head, known: number, age: () => number): Promise<void> {
    const feed = this.#open.get(environmentId);
    if (!feed) return;
    const isOther = head.position === feed.position && !head.hash.equals(feed.hash);
    if (head.epoch !== feed.epoch || head.position < known || isOther)
      return this.#drop(feed, 'the log was replaced by another');
    if (head.position > feed.position) await this.#pull(feed);
    if (feed.position >= head.position && age() < feed.age()) feed.age = age;
  }

  async #pull(feed: EnvironmentFeed): Promise<void> {
    try {
      await feed.pull();
    } catch (error) {
      if ((error as { code?: string }).code === 'BROKEN_CHAIN') this.#drop(feed, 'the chain is broken');
      else this.#log.warn({ err: error, environmentId: feed.environmentId }, 'the change log could not be read');
    }
  }

  /** Nothing built on this feed may be trusted: forget it, tell its index, and let subscribers find out by their resume. */
  #drop(feed: EnvironmentFeed, why: string): void {
    if (feed.isBroken) return;
    this.#log.error({ environmentId: feed.environmentId, position: feed.position }, why);
    if (this.#open.get(feed.environmentId) === feed) {
      this.#open.delete(feed.environmentId);
      this.#feeds.delete(feed.environmentId);
    }
    feed.isBroken = true;
    this.#options.onBroken(feed.environmentId);
    feed.wake();
  }
}
