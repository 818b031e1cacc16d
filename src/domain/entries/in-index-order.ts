import type { Database, Sql } from '../../db/database.ts';

/**
 * Runs reads that walk along an index. Of a table that was never analysed the planner believes that little is left behind
 * any place, reads all of it and sorts it, again at every place (P1.2): so it may not sort.
 */
export function inIndexOrder<T>(database: Database, read: (sql: Sql) => Promise<T>): Promise<T> {
  return database.transaction(async (sql) => {
    await sql.query('SET LOCAL enable_sort = off');
    return read(sql);
  });
}
