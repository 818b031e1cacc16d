import type { Viewer } from '../../auth/viewer.ts';
import type { TaskRow } from '../tasks/task-row.ts';
import type { EntryExportTask } from './start-entry-export.ts';

/**
 * Whether a viewer who sees the task may have its file: who may make such an export, with what is in it (R7). Somebody's
 * role may be another one than when they started it.
 */
export function mayFetchExport(viewer: Viewer, task: Pick<TaskRow, 'kind' | 'input'>): boolean {
  if (task.kind === 'LOG_EXPORT') return viewer.can('log:export') && viewer.can('evidence:see');
  const { selection } = task.input as unknown as EntryExportTask;
  return viewer.can('entry:export') && (viewer.can('evidence:see') || !selection.permissions.includes('evidence:see'));
}
