import { join } from 'node:path';
import pg from 'pg';
import type { Database, DatabaseOptions } from './database.ts';
import { drainPool } from './drain-pool.ts';
import { lockFolder } from './folder-lock.ts';
import { PgliteThread } from './pglite-thread.ts';
import { poolSql } from './pool-sql.ts';
import { openPrisma } from './prisma.ts';
import { transaction } from './transaction.ts';

const IN_MEMORY = 'memory://';

/**
 * PGlite in `<dataDir>/postgres`. One pool of one connection serves everybody, and its queue is the mutex: a transaction
 * holds the connection until it ends. PGlite doesn't sync to the disk: a killed process loses nothing, a power cut may.
 */
export async function openEmbedded({ dataDir, log }: DatabaseOptions): Promise<Database> {
  const lock = dataDir === IN_MEMORY ? undefined : await lockFolder(dataDir);
  const thread = await PgliteThread.start({ dataDir: lock ? join(dataDir, 'postgres') : IN_MEMORY }, (error) =>
    log.error({ err: error }, 'The embedded database stopped'),
  ).catch((error: unknown) => {
    lock?.release();
    throw error;
  });
  const pool = new pg.Pool({
    max: 1,
    stream: () => thread.openStream(),
    // Everything that node-postgres would otherwise take from the PG* variables of the environment.
    host: 'pglite',
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
    application_name: 'quietline',
    idleTimeoutMillis: 0,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'The connection to the embedded database failed'));
  const prisma = openPrisma(pool);
  const sql = poolSql(pool);

  let closed: Promise<void> | undefined;
  const close = async () => {
    await prisma.$disconnect();
    await drainPool(pool);
    await thread.close();
    lock?.release();
  };
  return {
    kind: 'pglite',
    prisma,
    write: sql,
    read: sql,
    feed: sql,
    transaction: (work) => transaction(pool, work),
    // One process only: whoever writes wakes its own readers itself.
    listen: async () => async () => {},
    close: () => (closed ??= close()),
  };
}
