import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Cursor } from '../../changes/cursor.ts';
import { authorityOf, type CallerInput } from '../caller.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { beginningOfLog, endOfLog, type LogPlace, placeOf } from './export-cursor.ts';
import type { ExportFormat } from './export-format.ts';

export interface LogExportInput extends CallerInput {
  /** The export begins behind it; null: at the log's beginning. */
  readonly after?: Cursor | null;
  readonly format: ExportFormat;
}

/** What the task keeps: a piece of the log that never changes any more. */
export interface LogExportTask {
  readonly after: LogPlace;
  readonly format: ExportFormat;
  /** The log's end when it was asked for, and of the file. */
  readonly cursor: LogPlace;
}

/**
 * Starts to write the log to a file, up to its present end (PROTOCOL.md 59-74).
 * @throws UserProblemError, ForbiddenError, IdempotencyMismatchError
 */
export async function startLogExport(
  viewer: Viewer,
  input: LogExportInput,
  { log }: { readonly log: ChangeLog },
): Promise<StartedTask> {
  requirePermission(viewer, 'log:export');
  // Every role that may export the log may see what is in it (R7); a new one must not get evidence by the way.
  requirePermission(viewer, 'evidence:see');
  return startTask(log, viewer, 'startLogExport', input, async (sql) => {
    const cursor = await endOfLog(sql, viewer.environmentId);
    const after = input.after
      ? await placeOf(sql, viewer.environmentId, input.after, cursor)
      : beginningOfLog(cursor.epoch);
    const task: LogExportTask = { after, format: input.format, cursor };
    return { kind: 'LOG_EXPORT', authority: authorityOf(viewer), input: task };
  });
}
