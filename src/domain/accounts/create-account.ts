import { type ActorRef, systemActor } from '../../changes/write-call.ts';
import type { Database, Sql } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type CreatedEnvironment, insertEnvironment } from './new-environment.ts';

export interface CreateAccountInput {
  /** Unique in the installation; 1 to 100 characters. */
  readonly name: string;
  readonly serverSecret: Uint8Array;
  /** Default: the server itself. */
  readonly actor?: ActorRef;
}

export interface CreatedAccount {
  readonly accountId: number;
  readonly name: string;
  /** Each with its first ADMIN key, which is stored nowhere: show it now. */
  readonly environments: { readonly production: CreatedEnvironment; readonly sandbox: CreatedEnvironment };
}

/** An account with the environments `production` (LIVE) and `sandbox` (TEST), whole or not at all. @throws UserProblemError */
export function createAccount(database: Database, input: CreateAccountInput): Promise<CreatedAccount> {
  return database.transaction((sql) => insertAccount(sql, input));
}

/** The account that a new installation begins with, and its name. */
const FIRST_ACCOUNT = 'main';

/**
 * On the very first start, makes the first account and answers its keys; null on any other start. Of several servers that
 * start at once exactly one makes it, and the keys are its to show.
 */
export async function ensureFirstAccount(
  database: Database,
  { serverSecret }: { serverSecret: Uint8Array },
): Promise<CreatedAccount | null> {
  if (await hasAccount(database.write)) return null;
  return database.transaction(async (sql) => {
    // Held to the end, it keeps off every other insert, from the operator command too; reading goes on.
    await sql.query('LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE');
    return (await hasAccount(sql)) ? null : insertAccount(sql, { name: FIRST_ACCOUNT, serverSecret });
  });
}

async function hasAccount(sql: Sql): Promise<boolean> {
  return (await sql.query('SELECT 1 FROM account LIMIT 1')).rows.length > 0;
}

async function insertAccount(
  sql: Sql,
  { name: given, serverSecret, actor = systemActor }: CreateAccountInput,
): Promise<CreatedAccount> {
  const name = readName(given, 'name');
  const { rows } = await sql.query<{ id: number }>(
    'INSERT INTO account (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id',
    [name],
  );
  const accountId = rows[0]?.id;
  if (accountId === undefined)
    throw new UserProblemError(
      problem('ALREADY_EXISTS', 'name', 'There is an account with this name: choose another.'),
    );
  const common = { accountId, actor, operation: 'createAccount', serverSecret };
  const production = (await insertEnvironment(sql, { ...common, key: 'production', kind: 'LIVE' }))!;
  const sandbox = (await insertEnvironment(sql, { ...common, key: 'sandbox', kind: 'TEST' }))!;
  return { accountId, name, environments: { production, sandbox } };
}
