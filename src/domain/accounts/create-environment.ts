import type { EnvironmentKind } from '../../auth/api-key.ts';
import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { actorOf, onBehalfOf } from '../caller.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { environmentChange, insertEnvironment } from './new-environment.ts';

const KEY = /^[a-z][a-z0-9-]{1,31}$/;

export interface CreateEnvironmentInput extends ConfigInput {
  /** Unique in the account: 2 to 32 of a-z, 0-9 and -, beginning with a letter. */
  readonly key: string;
  /** Default TEST: a live one is asked for by name. */
  readonly kind?: EnvironmentKind | null;
}

export interface EnvironmentRow {
  readonly id: number;
  readonly accountId: number;
  readonly key: string;
  readonly kind: EnvironmentKind;
}

export type CreateEnvironmentOutcome = Committed<{
  readonly environment: EnvironmentRow;
  readonly adminKeyId: number;
  /** Its first ADMIN key, for this one time; null when the call is a replay (P1.8). */
  readonly adminKey: string | null;
  /** In the log of the VIEWER's environment, which tells of the new one, as the new one's own log does. */
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * One more world in the viewer's account, with lists, settings, log and ADMIN key of its own.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function createEnvironment(
  viewer: Viewer,
  input: CreateEnvironmentInput,
  { log, serverSecret }: { log: ChangeLog; serverSecret: Uint8Array },
): Promise<CreateEnvironmentOutcome> {
  requirePermission(viewer, 'environment:manage');
  const { accountId } = viewer;
  const { key } = input;
  const kind = input.kind ?? 'TEST';
  if (!KEY.test(key)) {
    throw new UserProblemError(
      problem(
        'INVALID_VALUE',
        'input.key',
        'The key of an environment has 2 to 32 characters, a-z, 0-9 and -, and begins with a letter, for example staging.',
      ),
    );
  }
  const operation = 'createEnvironment';
  const made = {
    actor: actorOf(viewer),
    operation,
    reason: storable(input.reason),
    onBehalfOf: onBehalfOf(input),
    serverSecret,
  };
  const { result, ...recorded } = await recordOnce<
    Pick<CreateEnvironmentOutcome, 'environment' | 'adminKeyId' | 'adminKey'>
  >(log, viewer, {
    operation,
    input,
    async work(sql) {
      const created = await insertEnvironment(sql, { ...made, accountId, key, kind });
      if (!created)
        throw new UserProblemError(
          problem('ALREADY_EXISTS', 'input.key', 'This account has an environment with this key: choose another.'),
        );
      const { id, adminKey, adminKeyId } = created;
      return {
        result: { environment: { id, accountId, key, kind }, adminKeyId, adminKey },
        kept: [id, adminKeyId].map((n) => ({ code: 'ADDED', entryId: String(n) })),
        changes: [environmentChange(key, kind)],
      };
    },
    async replay(sql, kept) {
      const [id, adminKeyId] = kept.map(({ entryId }) => Number(entryId));
      return { environment: await find(sql, accountId, id!), adminKeyId: adminKeyId!, adminKey: null };
    },
  });
  return { ...result, ...recorded };
}

async function find(sql: Sql, accountId: number, id: number): Promise<EnvironmentRow> {
  const { rows } = await sql.query<EnvironmentRow>(
    'SELECT id, account_id AS "accountId", key, kind FROM environment WHERE account_id = $1 AND id = $2',
    [accountId, id],
  );
  return rows[0]!;
}
