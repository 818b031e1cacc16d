import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database, DatabaseLog, Sql } from './database.ts';
import { type MigrationFile, readMigrations } from './migration-files.ts';
import { createRecords, hasRecords, MigrationError, pending, readRecords, record } from './migration-records.ts';
import { clientSql } from './pool-sql.ts';

/** Of ours alone ("quietlin" in ASCII): Prisma's own lock means nothing through a pooler, and we don't wait for it. */
const LOCK_KEY = '8175556583026878830';
const LOOK_EVERY_MS = 500;

export interface MigrateOptions {
  /** PostgreSQL, past any pooler (DATABASE_DIRECT_URL): a connection of its own is opened and ended. */
  readonly url?: string;
  /** PGlite, where there is no second connection. Used when there is no `url`. */
  readonly database?: Database;
  readonly log?: DatabaseLog;
  /** Default: `prisma/migrations` of this package. */
  readonly folder?: string;
  /** How long to wait while another server migrates, in milliseconds; default 5 minutes. */
  readonly waitMs?: number;
}

/** Runs one piece of work in one transaction. */
type Transact = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

/**
 * Applies the migrations that are missing, each in one transaction together with its record, under a lock that servers
 * starting at once queue for (P3.4). Returns the names of those applied. Throws MigrationError.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const files = await readMigrations(options.folder);
  const { database, url } = options;
  if (url !== undefined) return onPostgres(url, files, options);
  if (!database) throw new TypeError('migrate() needs a url or a database');
  return apply(files, (work) => database.transaction(work), options.log);
}

/** Read once: /ready asks every few seconds, and a release's files don't change. */
let ownFiles: Promise<MigrationFile[]> | undefined;

/** Whether every migration of this release is applied as it stands here; for /ready. Newer ones may be there too. */
export async function schemaIsCurrent(sql: Sql, folder?: string): Promise<boolean> {
  if (!(await hasRecords(sql))) return false;
  const records = await readRecords(sql);
  const finished = new Set(records.filter((r) => r.finished).map((r) => `${r.migration_name} ${r.checksum}`));
  if (folder === undefined) ownFiles ??= readMigrations();
  const files = await (folder === undefined ? ownFiles! : readMigrations(folder));
  return files.every(({ name, checksum }) => finished.has(`${name} ${checksum}`));
}

async function onPostgres(url: string, files: MigrationFile[], options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'quietline migrate', keepAlive: true });
  // The query in flight fails too, and says so; without a listener the process would end.
  client.on('error', () => {});
  await client.connect();
  try {
    const sql = clientSql(client);
    await lock(sql, options);
    // The session's end frees the lock.
    return await apply(files, (work) => inTransaction(sql, work), options.log);
  } finally {
    await client.end();
  }
}

/** Polls: a session that sits in pg_advisory_lock() holds back the vacuum of the whole database. */
async function lock(sql: Sql, { log, waitMs = 300_000 }: MigrateOptions): Promise<void> {
  const until = Date.now() + waitMs;
  for (let first = true; ; first = false) {
    const { rows } = await sql.query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS got`);
    if (rows[0]?.got) return;
    if (Date.now() >= until) throw new MigrationError('Another server has been migrating the database for too long');
    if (first) log?.info({}, 'Another server is migrating the database: waiting for it');
    await sleep(Math.min(LOOK_EVERY_MS, waitMs));
  }
}

async function inTransaction<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  await sql.query('BEGIN');
  try {
    const result = await work(sql);
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function apply(files: MigrationFile[], transact: Transact, log?: DatabaseLog): Promise<string[]> {
  const applied: string[] = [];
  await transact(createRecords);
  for (;;) {
    // The records are read in each transaction anew: the list from before may be stale.
    const name = await transact(async (sql) => {
      const [file] = pending(files, await readRecords(sql));
      if (!file) return undefined;
      await run(sql, file);
      await record(sql, file);
      return file.name;
    });
    if (name === undefined) return applied;
    // Without its timestamp, which the log would take for a phone number.
    log?.info({ migration: name.replace(/^\d+_/, '') }, 'Applied a migration');
    applied.push(name);
  }
}

async function run(sql: Sql, file: MigrationFile): Promise<void> {
  await sql.query(file.sql).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`Migration ${file.name} failed and was rolled back: ${reason}`, error);
  });
}
