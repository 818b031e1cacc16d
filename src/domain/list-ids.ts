import type { Sql } from '../db/database.ts';
import { problem, UserProblemError } from './user-problem.ts';

/**
 * The ids of an environment's lists by their keys.
 * @throws UserProblemError NOT_FOUND that names the key there is no list with, and the keys there are
 */
export async function listIdsOf(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
  path: string,
): Promise<number[]> {
  const byKey = await idsByKey(sql, environmentId);
  const missing = keys.find((key) => !byKey.has(key));
  if (missing !== undefined) throw noSuchList(missing, byKey, path);
  return [...new Set(keys.map((key) => byKey.get(key)!))];
}

/** What `listIdsOf` throws, for whoever has looked for the list already: the same words wherever a list is named. */
export async function unknownList(
  sql: Sql,
  environmentId: number,
  key: string,
  path: string,
): Promise<UserProblemError> {
  return noSuchList(key, await idsByKey(sql, environmentId), path);
}

async function idsByKey(sql: Sql, environmentId: number): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ id: number; key: string }>(
    'SELECT id, key FROM list WHERE environment_id = $1 ORDER BY id',
    [environmentId],
  );
  return new Map(rows.map(({ id, key }) => [key, id]));
}

/** A key with the digits of a phone number is one in the wrong field: an error never repeats it. */
const HOLDS_A_NUMBER = /(?:\p{Nd}\P{Nd}*){7}/u;

function noSuchList(key: string, there: ReadonlyMap<string, number>, path: string): UserProblemError {
  const named = HOLDS_A_NUMBER.test(key) ? 'this key' : `the key "${key.slice(0, 40)}"`;
  const message = `There is no list with ${named}; there are ${[...there.keys()].join(', ')}.`;
  return new UserProblemError(problem('NOT_FOUND', path, message));
}
