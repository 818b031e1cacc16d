import type { Sql } from '../db/database.ts';
import { type EntryConditions, entryConditions } from '../domain/entries/entry-conditions.ts';
import type { EntryFilter } from '../domain/entries/entry-filter.ts';
import { type EntryViewer, restoreSelection, type StoredSelection } from '../domain/entries/stored-selection.ts';
import { UserProblemError } from '../domain/user-problem.ts';
import { TaskFailure } from './task-handler.ts';

export interface StoredConditions {
  readonly viewer: EntryViewer;
  readonly filter: EntryFilter | null;
  readonly conditions: EntryConditions;
}

/**
 * Which entries a task means, as when it was asked for.
 * @throws TaskFailure when the filter can't be meant any more, such as by the key of a list that was renamed
 */
export async function storedConditions(
  sql: Sql,
  environmentId: number,
  selection: StoredSelection,
): Promise<StoredConditions> {
  const { viewer, filter } = restoreSelection(environmentId, selection);
  try {
    return { viewer, filter, conditions: await entryConditions(sql, viewer, filter) };
  } catch (error) {
    if (error instanceof UserProblemError) throw new TaskFailure(error.problems[0]!.code, error.message);
    throw error;
  }
}
