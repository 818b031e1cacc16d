import type { Database } from '../../db/database.ts';

const HOURLY_MS = 3_600_000;
/** Parts of one statement: 32 MiB. */
const PARTS_AT_ONCE = 32;

/**
 * Deletes the files that have expired: at start, hourly, and when somebody discards one, on any server. A file of a
 * gigabyte goes in small steps, its bytes first: one statement for all of it would hold its locks for minutes.
 */
export class FileCleaner {
  readonly #database: Database;
  readonly #log: { warn(fields: object, message: string): void };
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: { database: Database; log: { warn(fields: object, message: string): void } }) {
    this.#database = options.database;
    this.#log = options.log;
  }

  start(): void {
    void this.clean();
    this.#timer = setInterval(() => void this.clean(), HOURLY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#running;
  }

  /** Deletes what has expired by now; after what is running already, so that nothing is missed. Never rejects. */
  clean(): Promise<void> {
    this.#running = this.#running.then(() => this.#cleanNow());
    return this.#running;
  }

  async #cleanNow(): Promise<void> {
    const { kind, write } = this.#database;
    try {
      for (let some = false; !this.#stopped; some = true) {
        const { rows } = await write.query<{ environment_id: number; id: string }>(EXPIRED);
        for (const { environment_id: environmentId, id } of rows) await this.#forget(environmentId, id);
        if (rows.length > 0) continue;
        // Nothing else there makes the room of what was deleted free for what comes: PGlite has no autovacuum.
        if (some && kind === 'pglite') await write.query('VACUUM file_part');
        return;
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'expired files could not be deleted; it is tried again in an hour');
    }
  }

  async #forget(environmentId: number, id: string): Promise<void> {
    const { write } = this.#database;
    while (!this.#stopped && (await write.query(FORGET_PARTS, [environmentId, id, PARTS_AT_ONCE])).rowCount);
    if (!this.#stopped) await write.query(FORGET, [environmentId, id]);
  }
}

const EXPIRED =
  'SELECT environment_id, id FROM stored_file WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT 100';
// Nothing is appended to an expired file, so that what is gone stays gone.
const FORGET_PARTS = `DELETE FROM file_part WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM file_part WHERE environment_id = $1 AND file_id = $2 LIMIT $3))`;
const FORGET = `DELETE FROM stored_file WHERE environment_id = $1 AND id = $2 AND expires_at <= clock_timestamp()`;
