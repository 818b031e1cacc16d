import { ListArchivedError } from '../../changes/write-errors.ts';
import type { Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** Why an archived list takes nobody in: whoever is told "listed" relies on it, and its entries don't count. */
export function archivedList(key: string, path: string): UserProblemError {
  const message = `The list ${key} is archived, so its entries do not count: choose another list, or take this one into use again with updateList(isEnabled: true).`;
  return new UserProblemError(problem('REFUSED', path, message));
}

/** The write, or the problem when the list was archived while it was under way. */
export async function intoOpenList<T>(write: Promise<T>, key: string, path: string): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof ListArchivedError ? archivedList(key, path) : error;
  }
}

/** @throws UserProblemError REFUSED, when the list is archived as of now */
export async function assertOpenList(
  sql: Sql,
  environmentId: number,
  list: { readonly id: number; readonly key: string },
  path: string,
): Promise<void> {
  const { rows } = await sql.query<{ enabled: boolean }>(
    'SELECT enabled FROM list WHERE environment_id = $1 AND id = $2',
    [environmentId, list.id],
  );
  if (rows[0]?.enabled === false) throw archivedList(list.key, path);
}
