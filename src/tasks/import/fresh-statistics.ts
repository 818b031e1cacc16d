import type { Database } from '../../db/database.ts';

/** One at a time: on the embedded database everybody waits for a statement (P3.1). */
const TABLES = ['entry', 'change', 'change_set', 'import_claim'];
/** P3.6: after so many rows the planner must not believe that the tables are empty. */
const MANY_ROWS = 100_000;

/**
 * Tells the planner of a large import: once on its way, and at its end. PostgreSQL would come to it by itself some time;
 * the embedded database never does.
 */
export class FreshStatistics {
  readonly #database: Database;
  #rows = 0;
  #isTold = false;

  constructor(database: Database) {
    this.#database = database;
  }

  async wrote(rows: number): Promise<void> {
    this.#rows += rows;
    if (this.#isTold || this.#rows < MANY_ROWS) return;
    this.#isTold = true;
    await this.#tell();
  }

  async end(): Promise<void> {
    if (this.#isTold) await this.#tell();
  }

  /** Whoever analyses the tables at this moment does the same; an import doesn't fail for it. */
  async #tell(): Promise<void> {
    for (const table of TABLES) await this.#database.write.query(`ANALYZE ${table}`).catch(() => {});
  }
}
