import { randomUUID } from 'node:crypto';
import type { Sql } from './database.ts';
import type { MigrationFile } from './migration-files.ts';

/** A migration is recorded as failed, or differs from its file: a person has to look. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}

export interface MigrationRecord {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/** As Prisma creates it, so that `prisma migrate deploy` and `prisma migrate status` read ours and we theirs. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  varchar(36) PRIMARY KEY NOT NULL,
  checksum            varchar(64) NOT NULL,
  finished_at         timestamptz,
  migration_name      varchar(255) NOT NULL,
  logs                text,
  rolled_back_at      timestamptz,
  started_at          timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;

export async function createRecords(sql: Sql): Promise<void> {
  // Asked first, since IF NOT EXISTS says a NOTICE each time, and needs the right to create.
  if (!(await hasRecords(sql))) await sql.query(TABLE);
}

export async function hasRecords(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ there: boolean }>("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there");
  return rows[0]?.there === true;
}

/** What has been applied or begun; what `prisma migrate resolve --rolled-back` has put aside doesn't count. */
export async function readRecords(sql: Sql): Promise<MigrationRecord[]> {
  const { rows } = await sql.query<MigrationRecord>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows;
}

/** In the transaction of the migration itself, so there is never a half of either. */
export async function record(sql: Sql, file: MigrationFile): Promise<void> {
  await sql.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
    [randomUUID(), file.checksum, file.name],
  );
}

/** The files that aren't applied yet. Migrations that only the database knows are of a newer release, and fine. */
export function pending(files: readonly MigrationFile[], records: readonly MigrationRecord[]): MigrationFile[] {
  const unfinished = records.find(({ finished }) => !finished);
  if (unfinished) {
    throw new MigrationError(
      `Migration ${unfinished.migration_name} was begun and not finished: look at the database, then run ` +
        '`prisma migrate resolve` with --applied or --rolled-back and its name',
    );
  }
  const checksums = new Map(records.map((applied) => [applied.migration_name, applied.checksum]));
  for (const { name, checksum } of files) {
    const applied = checksums.get(name);
    if (applied !== undefined && applied !== checksum) {
      throw new MigrationError(`Migration ${name} was changed after it had been applied: restore the file`);
    }
  }
  return files.filter(({ name }) => !checksums.has(name));
}
