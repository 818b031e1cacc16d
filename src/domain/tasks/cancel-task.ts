import { ForbiddenError } from '../../auth/forbidden-error.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { toPosition } from '../../changes/position.ts';
import type { Database, Sql } from '../../db/database.ts';
import { requireActingKey } from '../keys/acting-key.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { findTasks, isFinished, type TaskRow } from './task-row.ts';

export interface CancelledTask {
  readonly task: TaskRow;
  /** False when it was cancelled before. */
  readonly isChanged: boolean;
  readonly position: number;
  readonly isEnforcedHere: true;
}

/**
 * Ends a task at once: from the commit on, none of its writes finds it RUNNING, so what its last batch had committed is
 * what stays, and what it reports. Cancelling twice is cancelling once, so a retry needs no record.
 * @throws UserProblemError NOT_FOUND, and REFUSED when it has ended otherwise; ForbiddenError, UnauthenticatedError
 */
export function cancelTask(
  viewer: Viewer,
  taskId: string,
  { database }: { database: Database },
): Promise<CancelledTask> {
  const { environmentId } = viewer;
  return database.transaction(async (sql) => {
    await requireActingKey(sql, viewer);
    // The task's row and no other: a batch that holds it and waits for the environment must not wait for us.
    await sql.query('SELECT 1 FROM task WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE', [
      environmentId,
      taskId,
    ]);
    const task = await find(sql, viewer, taskId);
    if (!viewer.can('task:cancel') && task.actorSubject !== viewer.subject) throw new ForbiddenError('task:cancel');
    const isChanged = task.state !== 'CANCELLED';
    if (isChanged) {
      assertUnfinished(task);
      await sql.query(CANCEL, [environmentId, taskId]);
      await sql.query(SAY, [environmentId, taskId, lastWords(task)]);
    }
    return {
      task: isChanged ? await find(sql, viewer, taskId) : task,
      isChanged,
      position: await endOfLog(sql, environmentId),
      isEnforcedHere: true,
    };
  });
}

async function find(sql: Sql, viewer: Viewer, taskId: string): Promise<TaskRow> {
  const [task] = await findTasks(sql, viewer, [taskId]);
  if (!task)
    throw new UserProblemError(
      problem('NOT_FOUND', 'input.task', 'There is no task with this id that you may see: see tasks.'),
    );
  return task;
}

function assertUnfinished(task: TaskRow): void {
  if (!isFinished(task)) return;
  const how = task.state === 'DONE' ? 'is done' : 'has failed';
  const remedy = task.kind === 'IMPORT' && task.state === 'DONE' ? ' undoImport takes an import back.' : '';
  throw new UserProblemError(
    problem('REFUSED', 'input.task', `This task ${how} already: there is nothing to cancel.${remedy}`),
  );
}

function lastWords({ rowsDone, rowsTotal }: TaskRow): string {
  if (rowsDone === 0) return 'Cancelled before any row was done.';
  const of = rowsTotal === null ? '' : ` of ${rowsTotal.toLocaleString('en')}`;
  return `Cancelled: what was done for ${rowsDone.toLocaleString('en')}${of} rows stays.`;
}

async function endOfLog(sql: Sql, environmentId: number): Promise<number> {
  const { rows } = await sql.query<{ head: string }>('SELECT head FROM environment WHERE id = $1', [environmentId]);
  return toPosition(rows[0]!.head);
}

const CANCEL = `UPDATE task SET state = 'CANCELLED', leased_by = NULL, lease_until = NULL, updated_at = clock_timestamp(), finished_at = clock_timestamp()
  WHERE environment_id = $1 AND id = $2`;
const SAY = `INSERT INTO task_log_line (environment_id, task_id, at, level, message) VALUES ($1, $2, clock_timestamp(), 'info', $3)`;
