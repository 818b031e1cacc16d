import type { Database } from '../db/database.ts';

/** How long after its task's end it is told what was wrong with a row: raw cells hold numbers, also of people who were erased since. */
const KEPT = '90 days';
const HOURLY_MS = 3_600_000;
const AT_ONCE = 10_000;

/** Deletes the row problems of tasks that ended long ago: at start and then hourly, in small steps, on any server. */
export class RowProblemCleaner {
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
      this.#log.warn({ err: error }, 'old row problems could not be deleted; it is tried again in an hour');
    }
  }
}

// By the key of each old task, which most often has none (any more).
const FORGET = `DELETE FROM row_problem WHERE ctid = ANY (ARRAY(
  SELECT old.ctid FROM task t CROSS JOIN LATERAL (
    SELECT p.ctid FROM row_problem p WHERE p.environment_id = t.environment_id AND p.task_id = t.id LIMIT $1 FOR UPDATE SKIP LOCKED) old
   WHERE t.finished_at < clock_timestamp() - interval '${KEPT}' LIMIT $1))`;
