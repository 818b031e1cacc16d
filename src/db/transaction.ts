import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Sql } from './database.ts';
import {
  CommitOutcomeUnknownError,
  isConnectionLost,
  isRetryable,
  TransactionAbortedError,
} from './database-errors.ts';
import { clientSql, markTransaction, refuseInsideTransaction } from './pool-sql.ts';

const RETRIES = 3;
const FIRST_PAUSE_MS = 10;

/** `Database.transaction` over a pool: BEGIN, work, COMMIT; ROLLBACK on any error; the whole again on 40001 and 40P01. */
export async function transaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  refuseInsideTransaction();
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (!isRetryable(error) || attempt === RETRIES) throw error;
      // Random, or the two that met would meet again.
      await sleep(Math.random() * FIRST_PAUSE_MS * 4 ** attempt);
    }
  }
}

async function once<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  // While a client is checked out nobody else listens, and an 'error' event without a listener ends the process.
  const onError = (error: Error) => {
    lost = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    const result = await markTransaction(() => work(clientSql(client)));
    await commit(client);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => {
      lost ??= failed;
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(lost);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw isConnectionLost(error) ? new CommitOutcomeUnknownError(error) : error;
  });
  if (command !== 'COMMIT') throw new TransactionAbortedError();
}
