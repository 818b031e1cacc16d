import type { EnvironmentKind } from '../../auth/api-key.ts';
import type { Role } from '../../auth/permissions.ts';
import { appendPlain } from '../../changes/change-log.ts';
import { Interned } from '../../changes/interned.ts';
import type { ActorRef } from '../../changes/write-call.ts';
import type { Database } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type ApiKeyRow, insertApiKey } from './api-key-row.ts';

/** Whoever may start the operator command on the server's own machine. */
export const operatorActor: ActorRef = { type: 'SYSTEM', subject: 'operator', name: 'Operator command' };

export interface OperatorKeyInput {
  /** The account's name. */
  readonly account: string;
  /** The environment's key, such as `production`. */
  readonly environment: string;
  readonly name: string;
  readonly role: Role;
  readonly serverSecret: Uint8Array;
}

/** The way back in for who lost every ADMIN key. A change in the log like any other. @throws UserProblemError */
export async function createOperatorKey(
  database: Database,
  input: OperatorKeyInput,
): Promise<{ apiKey: ApiKeyRow; secret: string }> {
  const name = readName(input.name, 'name');
  return database.transaction(async (sql) => {
    const { rows } = await sql.query<{ id: number; kind: EnvironmentKind }>(LOCK_ENVIRONMENT, [
      input.account,
      input.environment,
    ]);
    const environment = rows[0];
    if (!environment)
      throw new UserProblemError(
        problem('NOT_FOUND', 'environment', 'There is no such account and environment: see "accounts list".'),
      );
    const { id: environmentId, kind } = environment;
    const createdById = await new Interned(sql).actor(environmentId, operatorActor);
    const { role, serverSecret } = input;
    const { apiKey, secret, change } = await insertApiKey(sql, {
      environmentId,
      kind,
      name,
      role,
      expiresAt: null,
      createdById,
      serverSecret,
    });
    await appendPlain(sql, environmentId, { actorId: createdById, operation: 'createApiKey', changes: [change] });
    return { apiKey, secret };
  });
}

const LOCK_ENVIRONMENT = `SELECT e.id, e.kind FROM account a JOIN environment e ON e.account_id = a.id
  WHERE a.name = $1 AND e.key = $2 FOR NO KEY UPDATE OF e`;
