import type { Database } from '../db/database.ts';

/** P1.8: how long a retry finds its first answer. */
const KEPT = '7 days';
const HOURLY_MS = 3_600_000;
const AT_ONCE = 10_000;

/** Deletes retry records that are too old to be replayed: at start and then hourly, in small steps, on any server. */
export class RetryCleaner {
  readonly #database: Database;
  readonly #log: { warn(fields: object, message: string): void };
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;

  constructor(options: { database: Database; log: { warn(fields: object, message: string): void } }) {
    this.#database = options.database;
    this.#log = options.log;
  }

  start(): void {
    this.#running = this.clean();
    this.#timer = setInterval(() => {
      this.#running = this.clean();
    }, HOURLY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#running;
  }

  /** Never rejects. */
  async clean(): Promise<void> {
    try {
      while ((await this.#database.write.query(FORGET, [AT_ONCE])).rowCount === AT_ONCE);
    } catch (error) {
      this.#log.warn({ err: error }, 'old retry records could not be deleted; it is tried again in an hour');
    }
  }
}

const FORGET = `DELETE FROM idempotency_record WHERE ctid IN (
  SELECT ctid FROM idempotency_record WHERE created_at < clock_timestamp() - interval '${KEPT}' LIMIT $1 FOR UPDATE SKIP LOCKED)`;
