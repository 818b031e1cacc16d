import { openEmbedded } from './embedded.ts';
import type { PrismaClient } from './generated/client.ts';
import { openPostgres } from './postgres.ts';

/** Runs SQL: on a pool (each call is its own transaction) or inside one transaction. */
export interface Sql {
  /**
   * One statement with `$1` parameters, or several statements without any. `int8` arrives as a string (P1.6),
   * `timestamptz` as a Date. Errors of the database carry its SQLSTATE in `code`.
   */
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** The one way to the tables; nothing above it can tell PostgreSQL from PGlite but by `kind`. */
export interface Database {
  readonly kind: 'postgres' | 'pglite';
  /** For GraphQL's reads; shares the read pool. */
  readonly prisma: PrismaClient;
  /** P3.2: pools of their own, so that a hot tenant can't starve the feed. On PGlite all are the one connection. */
  readonly write: Sql;
  /** Every statement has a time limit (P3.3): SQLSTATE 57014. PGlite can't interrupt one, so there it has none. */
  readonly read: Sql;
  /** Two connections, for the follower, the polls and the health check only. */
  readonly feed: Sql;
  /**
   * One READ COMMITTED transaction on the write pool. `work` does nothing but SQL, and only through its argument.
   * Serialization failures and deadlocks (40001, 40P01) are retried whole, up to three times, so `work` may run again.
   * Throws CommitOutcomeUnknownError when the connection was lost at COMMIT (P1.7).
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotify` for every NOTIFY on the channel, and with `''` after each (re)connect, since some may have been
   * lost. Reconnects by itself. On PGlite, with one process, it does nothing. Returns the function that stops it.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  /** Waits a few seconds for what is running, then ends every connection. */
  close(): Promise<void>;
}

/** What this room says; a pino logger fits. */
export interface DatabaseLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How many connections each pool may hold. */
export interface PoolSizes {
  readonly write: number;
  readonly read: number;
  readonly feed: number;
}

export interface DatabaseOptions {
  /** `postgres://…`; without it PGlite is used. */
  readonly databaseUrl?: string;
  /** Past any pooler, for LISTEN (P3.4); default `databaseUrl`. */
  readonly directUrl?: string;
  /** Where PGlite keeps its files when there is no `databaseUrl`; `memory://` keeps nothing. */
  readonly dataDir: string;
  /** Longest time of a statement on `read` and `prisma`, in milliseconds. */
  readonly readTimeoutMs: number;
  readonly log: DatabaseLog;
  /** PostgreSQL only; default 10, 10 and 2. */
  readonly pools?: Partial<PoolSizes>;
}

/**
 * Opens PostgreSQL when a URL is given, otherwise PGlite in the data folder: the one place that knows which.
 * It applies no migration: see migrate.ts. Throws DatabaseLockedError, UnsupportedServerError or the driver's error.
 */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl } = options;
  return databaseUrl ? openPostgres({ ...options, databaseUrl }) : openEmbedded(options);
}
