import { type EnvironmentKind, generateApiKey, hashApiKey } from '../../auth/api-key.ts';
import type { Role } from '../../auth/permissions.ts';
import type { PlainChange } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';

/** An API key as it may be shown: everything but its hash. The names are those of Prisma's model ApiKey. */
export interface ApiKeyRow {
  readonly environmentId: number;
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** Four characters of the key, by which people tell their keys apart. */
  readonly hint: string;
  readonly createdById: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** The columns of an ApiKeyRow. */
const COLUMNS = `environment_id AS "environmentId", id, name, role, hint, created_by_id AS "createdById", created_at AS "createdAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"`;

export interface NewApiKey {
  readonly environmentId: number;
  readonly kind: EnvironmentKind;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: Date | null;
  readonly createdById: number;
  readonly serverSecret: Uint8Array;
}

/** Makes a key inside a transaction. `secret` is the key itself: to be shown once, stored and logged nowhere. */
export async function insertApiKey(
  sql: Sql,
  key: NewApiKey,
): Promise<{ apiKey: ApiKeyRow; secret: string; change: PlainChange }> {
  const { key: secret, hint } = generateApiKey(key.kind);
  const { rows } = await sql.query<ApiKeyRow>(
    `INSERT INTO api_key (environment_id, name, role, hash, hint, created_by_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`,
    [
      key.environmentId,
      key.name,
      key.role,
      hashApiKey(secret, key.serverSecret),
      hint,
      key.createdById,
      key.expiresAt?.toISOString() ?? null,
    ],
  );
  const apiKey = rows[0]!;
  const { id, name, role, expiresAt } = apiKey;
  return {
    apiKey,
    secret,
    change: { kind: 'API_KEY', before: null, after: JSON.stringify({ id, name, role, hint, expiresAt }) },
  };
}

export async function findApiKey(sql: Sql, environmentId: number, id: number): Promise<ApiKeyRow | null> {
  const { rows } = await sql.query<ApiKeyRow>(`SELECT ${COLUMNS} FROM api_key WHERE environment_id = $1 AND id = $2`, [
    environmentId,
    id,
  ]);
  return rows[0] ?? null;
}

export async function environmentKind(sql: Sql, environmentId: number): Promise<EnvironmentKind> {
  const { rows } = await sql.query<{ kind: EnvironmentKind }>('SELECT kind FROM environment WHERE id = $1', [
    environmentId,
  ]);
  return rows[0]!.kind;
}
