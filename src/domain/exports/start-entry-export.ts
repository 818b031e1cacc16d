import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database } from '../../db/database.ts';
import { authorityOf, type CallerInput } from '../caller.ts';
import { entryConditions } from '../entries/entry-conditions.ts';
import type { EntryFilter } from '../entries/entry-filter.ts';
import { type StoredSelection, storeSelection } from '../entries/stored-selection.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { endOfLog, type LogPlace } from './export-cursor.ts';
import type { ExportFormat } from './export-format.ts';

export interface EntryExportInput extends CallerInput {
  /** Null: all active entries. */
  readonly filterBy?: EntryFilter | null;
  readonly format: ExportFormat;
}

/** What the task keeps. */
export interface EntryExportTask {
  readonly selection: StoredSelection;
  readonly format: ExportFormat;
  /** The log's end when it was asked for: no change behind it is missing for whoever follows from there. */
  readonly cursor: LogPlace;
}

/**
 * Starts to write all active entries that fit to a file, as the viewer may see them now (R7).
 * @throws UserProblemError, ForbiddenError, IdempotencyMismatchError
 */
export async function startEntryExport(
  viewer: Viewer,
  input: EntryExportInput,
  { log, database }: { readonly log: ChangeLog; readonly database: Database },
): Promise<StartedTask> {
  requirePermission(viewer, 'entry:export');
  await entryConditions(database.read, viewer, input.filterBy, 'input.filterBy');
  return startTask(log, viewer, 'startEntryExport', input, async (sql) => {
    const task: EntryExportTask = {
      selection: storeSelection(viewer, input.filterBy),
      format: input.format,
      cursor: await endOfLog(sql, viewer.environmentId),
    };
    return { kind: 'ENTRY_EXPORT', authority: authorityOf(viewer), input: task };
  });
}
