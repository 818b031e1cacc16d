import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed, PlainChange } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type ApiKeyRow, findApiKey } from './api-key-row.ts';

export interface RevokeApiKeyInput extends ConfigInput {
  readonly id: number;
}

export type RevokedApiKey = Committed<{
  readonly apiKey: ApiKeyRow;
  readonly outcome: 'REVOKED' | 'ALREADY_REVOKED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Ends a key for ever. Raises the environment's revocation counter in the same transaction, by which every server learns
 * to close the key's sockets (P2.8); `forgetKey` makes this server do so at once. A key may revoke itself.
 * @throws UserProblemError also when it is the last active ADMIN key; ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function revokeApiKey(
  viewer: Viewer,
  input: RevokeApiKeyInput,
  { log, forgetKey }: { log: ChangeLog; forgetKey: (keyId: number) => void },
): Promise<RevokedApiKey> {
  requirePermission(viewer, 'key:manage');
  const { environmentId } = viewer;
  const { result, ...recorded } = await recordOnce<Pick<RevokedApiKey, 'apiKey' | 'outcome'>>(log, viewer, {
    operation: 'revokeApiKey',
    input,
    async work(sql) {
      const apiKey = await find(sql, environmentId, input.id);
      const kept = (code: 'CHANGED' | 'UNCHANGED') => [{ code, entryId: String(apiKey.id) }];
      if (apiKey.revokedAt)
        return { result: { apiKey, outcome: 'ALREADY_REVOKED' }, kept: kept('UNCHANGED'), changes: [] };
      await assertAnotherAdminKey(sql, apiKey);
      const revokedAt = await revoke(sql, apiKey);
      return {
        result: { apiKey: { ...apiKey, revokedAt }, outcome: 'REVOKED' },
        kept: kept('CHANGED'),
        changes: [revocation(apiKey.id, revokedAt)],
      };
    },
    async replay(sql, kept) {
      const apiKey = await find(sql, environmentId, Number(kept[0]!.entryId));
      return { apiKey, outcome: kept[0]!.code === 'CHANGED' ? 'REVOKED' : 'ALREADY_REVOKED' };
    },
  });
  forgetKey(result.apiKey.id);
  return { ...result, ...recorded };
}

async function find(sql: Sql, environmentId: number, id: number): Promise<ApiKeyRow> {
  const isId = Number.isInteger(id) && id > 0 && id < 2 ** 31;
  const apiKey = isId ? await findApiKey(sql, environmentId, id) : null;
  if (!apiKey)
    throw new UserProblemError(
      problem('NOT_FOUND', 'input.id', 'This environment has no API key with this id: see apiKeys.'),
    );
  return apiKey;
}

/** An expired ADMIN key opens nothing, so it may always go. */
async function assertAnotherAdminKey(sql: Sql, apiKey: ApiKeyRow): Promise<void> {
  const { rows } = await sql.query<{ id: number }>(ACTIVE_ADMIN_KEYS, [apiKey.environmentId]);
  if (rows.length !== 1 || rows[0]!.id !== apiKey.id) return;
  throw new UserProblemError(
    problem(
      'REFUSED',
      'input.id',
      'This is the last active ADMIN key of the environment, and nobody could make another one through the API. Create its successor first. ' +
        '(The way back in is the operator command on the server: npm run operator -- keys create --account NAME --environment KEY --role ADMIN --name NAME.)',
    ),
  );
}

const ACTIVE_ADMIN_KEYS = `SELECT id FROM api_key WHERE environment_id = $1 AND role = 'ADMIN' AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > clock_timestamp()) LIMIT 2`;

async function revoke(sql: Sql, { environmentId, id }: ApiKeyRow): Promise<Date> {
  const { rows } = await sql.query<{ revoked_at: Date }>(
    `UPDATE api_key SET revoked_at = date_trunc('milliseconds', clock_timestamp()) WHERE environment_id = $1 AND id = $2 RETURNING revoked_at`,
    [environmentId, id],
  );
  await sql.query('UPDATE environment SET auth_version = auth_version + 1 WHERE id = $1', [environmentId]);
  return rows[0]!.revoked_at;
}

/** `id` says which key; it isn't what changed. */
function revocation(id: number, revokedAt: Date): PlainChange {
  return { kind: 'API_KEY', before: JSON.stringify({ id, revokedAt: null }), after: JSON.stringify({ id, revokedAt }) };
}
