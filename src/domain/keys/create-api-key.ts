import { isRole, type Role, roles } from '../../auth/permissions.ts';
import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type ApiKeyRow, environmentKind, findApiKey, insertApiKey } from './api-key-row.ts';

export interface CreateApiKeyInput extends ConfigInput {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: Date | null;
}

export type CreatedApiKey = Committed<{
  readonly apiKey: ApiKeyRow;
  /** The key itself, for this one time; null when the call is a replay: then it was shown before (P1.8). */
  readonly secret: string | null;
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Makes a key of the viewer's environment (section 4 of issue A, R7 key:manage).
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function createApiKey(
  viewer: Viewer,
  input: CreateApiKeyInput,
  { log, serverSecret }: { log: ChangeLog; serverSecret: Uint8Array },
): Promise<CreatedApiKey> {
  requirePermission(viewer, 'key:manage');
  const { environmentId } = viewer;
  const { role, expiresAt = null } = input;
  const name = readName(input.name, 'input.name');
  if (!isRole(role))
    throw new UserProblemError(problem('INVALID_VALUE', 'input.role', `A role is one of ${roles.join(', ')}.`));
  const { result, ...recorded } = await recordOnce<Pick<CreatedApiKey, 'apiKey' | 'secret'>>(log, viewer, {
    operation: 'createApiKey',
    input,
    async work(sql, createdById) {
      if (expiresAt) await assertFuture(sql, expiresAt);
      const kind = await environmentKind(sql, environmentId);
      const { apiKey, secret, change } = await insertApiKey(sql, {
        environmentId,
        kind,
        name,
        role,
        expiresAt,
        createdById,
        serverSecret,
      });
      return { result: { apiKey, secret }, kept: [{ code: 'ADDED', entryId: String(apiKey.id) }], changes: [change] };
    },
    async replay(sql, kept) {
      return { apiKey: (await findApiKey(sql, environmentId, Number(kept[0]!.entryId)))!, secret: null };
    },
  });
  return { ...result, ...recorded };
}

const LATEST = Date.UTC(2200, 0, 1);

/** By the database's clock, and not before a replay was looked for: by then the key may have expired. */
async function assertFuture(sql: Sql, expiresAt: Date): Promise<void> {
  if (!(expiresAt.getTime() < LATEST)) {
    throw new UserProblemError(
      problem(
        'INVALID_VALUE',
        'input.expiresAt',
        'expiresAt is a time before the year 2200; leave it out for a key without end.',
      ),
    );
  }
  const { rows } = await sql.query<{ future: boolean }>('SELECT $1::timestamptz > clock_timestamp() AS future', [
    expiresAt.toISOString(),
  ]);
  if (!rows[0]!.future)
    throw new UserProblemError(
      problem(
        'IN_THE_PAST',
        'input.expiresAt',
        'expiresAt must lie in the future; leave it out for a key without end.',
      ),
    );
}
