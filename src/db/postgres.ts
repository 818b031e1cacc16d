import pg from 'pg';
import type { Database, DatabaseLog, DatabaseOptions, PoolSizes } from './database.ts';
import { UnreachableDatabaseError, UnsupportedServerError } from './database-errors.ts';
import { drainPool } from './drain-pool.ts';
import { listen } from './listen.ts';
import { poolSql } from './pool-sql.ts';
import { openPrisma } from './prisma.ts';
import { transaction } from './transaction.ts';

const SIZES: PoolSizes = { write: 10, read: 10, feed: 2 };
const CONNECT_TIMEOUT_MS = 5_000;
const FEED_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 5_000;
/** Longer than any write should take; without it a write that hangs would hold its environment for ever. */
const WRITE_TIMEOUT_MS = 60_000;
/**
 * Beyond its statement_timeout a statement has this long to tell us so. PostgreSQL's own limits say nothing when nobody
 * answers any more (a stopped machine, a cut cable): the connection is then given up, and the next one may get through.
 */
const SILENCE_MS = 1_000;
const OLDEST_VERSION = 150_000;

/** PostgreSQL with separate pools (P3.2), so that writers can't starve the feed. */
export async function openPostgres(options: DatabaseOptions & { readonly databaseUrl: string }): Promise<Database> {
  const { log, databaseUrl, directUrl = databaseUrl } = options;
  const open = (name: keyof PoolSizes, limits: pg.PoolConfig) =>
    openPool(log, name, { connectionString: databaseUrl, max: options.pools?.[name] ?? SIZES[name], ...limits });
  const timeLimit = (ms: number) => ({ statement_timeout: ms, query_timeout: ms + SILENCE_MS });

  const write = open('write', {
    ...timeLimit(WRITE_TIMEOUT_MS),
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: LOCK_TIMEOUT_MS,
  });
  const read = open('read', timeLimit(options.readTimeoutMs));
  const feed = open('feed', timeLimit(FEED_TIMEOUT_MS));
  const pools = [write, read, feed];
  try {
    await requireVersion(feed);
  } catch (error) {
    await Promise.all(pools.map((pool) => pool.end()));
    throw error instanceof UnsupportedServerError ? error : new UnreachableDatabaseError(databaseUrl, error);
  }

  const prisma = openPrisma(read);
  const listeners = new Set<() => Promise<void>>();
  let closed: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([...listeners].map((stop) => stop()));
    await prisma.$disconnect();
    await Promise.all(pools.map(drainPool));
  };
  return {
    kind: 'postgres',
    prisma,
    write: poolSql(write),
    read: poolSql(read),
    feed: poolSql(feed),
    transaction: (work) => transaction(write, work),
    async listen(channel, onNotify) {
      const stopListening = await listen({ url: directUrl, channel, onNotify, log });
      const stop = async () => {
        listeners.delete(stop);
        await stopListening();
      };
      listeners.add(stop);
      return stop;
    },
    close: () => (closed ??= close()),
  };
}

function openPool(log: DatabaseLog, name: string, config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    application_name: `quietline ${name}`,
    // Also the longest wait for a free connection: better a clear error than a queue without end.
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...config,
  });
  // An idle connection broke. The pool has dropped it already; without a listener the process would end.
  pool.on('error', (error) => log.warn({ err: error, pool: name }, 'A database connection was lost'));
  return pool;
}

async function requireVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  );
  const [server] = rows;
  if (!server || server.number < OLDEST_VERSION) throw new UnsupportedServerError(server?.version ?? 'unknown');
}
