import type { Database } from '../db/database.ts';

const CHANNEL = 'quietline';
/** P2.6: ids go together, at most 7 kB; '' means all. PostgreSQL's own limit is 8,000 bytes. */
const MAX_PAYLOAD = 7_000;
/** A commit with NOTIFY takes a lock on the whole cluster: at most 20 a second per server. */
const COALESCE_MS = 50;

/**
 * Tells the other servers that an environment's log has grown, and hears it from them. Only ever a wake-up: sent after
 * the commit, coalesced, possibly lost. On PGlite there is one process and nothing to tell.
 */
export class WakeUps {
  readonly #database: Database;
  readonly #log: { warn(fields: object, message: string): void };
  readonly #onWake: (environmentIds: readonly number[] | 'ALL') => void;
  readonly #pending = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #lastSent = Number.NEGATIVE_INFINITY;
  #stopListening: (() => Promise<void>) | null = null;

  constructor(options: {
    database: Database;
    log: { warn(fields: object, message: string): void };
    onWake: (environmentIds: readonly number[] | 'ALL') => void;
  }) {
    this.#database = options.database;
    this.#log = options.log;
    this.#onWake = options.onWake;
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#database.listen(CHANNEL, (payload) =>
      this.#onWake(payload === '' ? 'ALL' : payload.split(',').map(Number)),
    );
  }

  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.#stopListening?.();
  }

  announce(environmentId: number): void {
    if (this.#database.kind === 'pglite') return;
    this.#pending.add(environmentId);
    this.#timer ??= setTimeout(() => void this.#send(), Math.max(0, this.#lastSent + COALESCE_MS - performance.now()));
  }

  async #send(): Promise<void> {
    this.#timer = null;
    this.#lastSent = performance.now();
    const ids = [...this.#pending].join(',');
    this.#pending.clear();
    try {
      await this.#database.feed.query('SELECT pg_notify($1, $2)', [CHANNEL, ids.length > MAX_PAYLOAD ? '' : ids]);
    } catch (error) {
      this.#log.warn({ err: error }, 'other servers could not be woken; they will see the change at their next poll');
    }
  }
}
