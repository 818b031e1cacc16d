import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import { toPosition } from '../../changes/position.ts';
import type { Database, Sql } from '../../db/database.ts';
import { sqlState } from '../../db/database-errors.ts';
import { authorityOf } from '../caller.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { storable } from '../text-limits.ts';
import type { ChangeEntriesInput, EntryAction } from './change-entries.ts';
import { exactCount } from './entry-count.ts';
import type { EntryFilter } from './entry-filter.ts';
import { type StoredSelection, storeSelection } from './stored-selection.ts';

/** What a task that changes entries keeps. */
export interface ChangeEntriesTask {
  readonly action: EntryAction;
  readonly selection: StoredSelection;
  readonly reason: string | null;
  readonly evidence: string | null;
  /** How many entries fitted when it was asked for; null when that took too long to count. */
  readonly matchedCount: number | null;
  /** The newest entry that there was: later ones nobody has looked at. */
  readonly throughId: number;
}

/**
 * Starts a task for what is too much for one call. It's another answer to the same call, so the record of a retry is of
 * the same request.
 * @throws UserProblemError, IdempotencyMismatchError
 */
export function changeManyEntries(
  viewer: Viewer,
  action: EntryAction,
  input: ChangeEntriesInput,
  { log, matchedCount }: { readonly log: ChangeLog; readonly matchedCount: number | null },
): Promise<StartedTask> {
  const request = { ...input, action };
  return startTask(log, viewer, action.operation, request, async (sql) => {
    const task: ChangeEntriesTask = {
      action,
      selection: storeSelection(viewer, input.entries.filter),
      reason: storable(input.reason),
      evidence: storable(input.evidence),
      matchedCount,
      throughId: await newestEntry(sql, viewer.environmentId),
    };
    return { kind: action.verb, authority: authorityOf(viewer), input: task };
  });
}

/** How many entries a filter means, to any size; null when that can't be counted within the time of a read (P3.3). */
export async function countOfMany(
  database: Database,
  viewer: Viewer,
  filter: EntryFilter | null | undefined,
): Promise<number | null> {
  try {
    return await exactCount(database, viewer, filter, 'input.entries.filter');
  } catch (error) {
    if (sqlState(error) === '57014') return null;
    throw error;
  }
}

async function newestEntry(sql: Sql, environmentId: number): Promise<number> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM entry WHERE environment_id = $1 ORDER BY id DESC LIMIT 1',
    [environmentId],
  );
  return rows[0] ? toPosition(rows[0].id) : 0;
}
