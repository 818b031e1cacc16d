import type { Database } from '../../db/database.ts';

const TABLES = ['entry', 'change', 'change_set', 'import_claim'];
/** Of each table, in units of 300 rows: there a few milliseconds' worth, because everybody waits (P3.1). */
const SAMPLE = { postgres: 100, pglite: 10 } as const;
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
    const { write, kind } = this.#database;
    for (const table of TABLES)
      await write.query(`SET LOCAL default_statistics_target = ${SAMPLE[kind]}; ANALYZE ${table}`).catch(() => {});
  }
}
