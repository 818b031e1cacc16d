import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import type { Sql } from './database.ts';
import { NestedSqlError } from './database-errors.ts';

const current = new AsyncLocalStorage<{ open: boolean }>();

/** Throws inside the work of an open transaction: there, a second connection can mean waiting for oneself. */
export function refuseInsideTransaction(): void {
  if (current.getStore()?.open) throw new NestedSqlError();
}

/** Runs `work` so that refuseInsideTransaction() knows of it; what `work` leaves running is free again afterwards. */
export async function markTransaction<T>(work: () => Promise<T>): Promise<T> {
  const mark = { open: true };
  try {
    return await current.run(mark, work);
  } finally {
    mark.open = false;
  }
}

/** Each query on any free connection of the pool. */
export function poolSql(pool: pg.Pool): Sql {
  return {
    async query(text, values) {
      refuseInsideTransaction();
      return run(pool, text, values);
    },
  };
}

/** Every query on this one connection. */
export function clientSql(client: pg.ClientBase): Sql {
  return { query: (text, values) => run(client, text, values) };
}

async function run<R extends object>(
  target: pg.Pool | pg.ClientBase,
  text: string,
  values?: readonly unknown[],
): Promise<{ rows: R[]; rowCount: number | null }> {
  const result = await target.query<R & pg.QueryResultRow>(text, values as unknown[] | undefined);
  // pg answers several statements with an array of results; the last one is what psql would show.
  const last = Array.isArray(result) ? (result.at(-1) as typeof result) : result;
  return { rows: last.rows, rowCount: last.rowCount };
}
