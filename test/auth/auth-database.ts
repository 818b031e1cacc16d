import { type EnvironmentKind, generateApiKey, hashApiKey } from '../../src/auth/api-key.ts';
import type { Role } from '../../src/auth/permissions.ts';
import { openDatabase } from '../../src/db/database.ts';
import { createTestDatabase } from '../support/test-database.ts';

export const serverSecret = Buffer.alloc(32, 's');

/** A migrated PostgreSQL of the test's own, with verbs for what authentication reads. */
export async function openAuthDatabase() {
  const own = await createTestDatabase();
  const silent = { info() {}, warn() {}, error() {} };
  const database = await openDatabase({ databaseUrl: own.url, dataDir: '', readTimeoutMs: 5_000, log: silent });
  const sql = database.write;
  let accounts = 0;

  return {
    sql,
    async environment(options: { account?: number; key?: string; kind?: EnvironmentKind } = {}) {
      const { key = 'production', kind = 'LIVE' } = options;
      const name = `Account ${++accounts}`;
      const accountId =
        options.account ??
        (await sql.query<{ id: number }>('insert into account (name) values ($1) returning id', [name])).rows[0]!.id;
      const { rows } = await sql.query<{ id: number }>(
        `insert into environment (account_id, key, kind, epoch, head_hash) values ($1, $2, $3, 'e', '\\x00') returning id`,
        [accountId, key, kind],
      );
      const id = rows[0]!.id;
      await sql.query(
        `insert into actor (environment_id, id, type, subject, name) values ($1, 1, 'SYSTEM', 's', 's')`,
        [id],
      );
      return { id, accountId, accountName: name };
    },
    async apiKey(environmentId: number, options: { kind?: EnvironmentKind; role?: Role; expires?: string } = {}) {
      const { kind = 'LIVE', role = 'ADMIN', expires = null } = options;
      const { key, hint } = generateApiKey(kind);
      const { rows } = await sql.query<{ id: number }>(
        `insert into api_key (environment_id, name, role, hash, hint, created_by_id, expires_at)
         values ($1, 'dialer', $2, $3, $4, 1, clock_timestamp() + $5::interval) returning id`,
        [environmentId, role, hashApiKey(key, serverSecret), hint, expires],
      );
      return { key, id: rows[0]!.id };
    },
    /** What the mutation does: the row and the environment's counter in one statement. */
    revoke: (environmentId: number, keyId: number) =>
      sql.query(
        `with revoked as (update api_key set revoked_at = now() where environment_id = $1 and id = $2)
         update environment set auth_version = auth_version + 1 where id = $1`,
        [environmentId, keyId],
      ),
    async lastUsedAt(environmentId: number, keyId: number): Promise<Date | null> {
      const { rows } = await sql.query<{ last_used_at: Date | null }>(
        'select last_used_at from api_key where environment_id = $1 and id = $2',
        [environmentId, keyId],
      );
      return rows[0]!.last_used_at;
    },
    async close() {
      await database.close();
      await own.drop();
    },
  };
}

export type AuthDatabase = Awaited<ReturnType<typeof openAuthDatabase>>;
