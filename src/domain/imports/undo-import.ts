import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { authorityOf, type CallerInput } from '../caller.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { findTasks, isFinished, type TaskRow } from '../tasks/task-row.ts';
import { storable, tooLong } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import type { ImportInput, UndoImportInput } from './import-input.ts';

export interface UndoImportRequest extends CallerInput {
  /** The import's task. */
  readonly importId: string;
  readonly reason: string;
}

/**
 * Starts to withdraw an import's claims (R6.3). Of an import that failed or was cancelled what it had done is undone.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function undoImport(
  viewer: Viewer,
  input: UndoImportRequest,
  { log }: { readonly log: ChangeLog },
): Promise<StartedTask> {
  requirePermission(viewer, 'import:undo');
  requirePermission(viewer, 'entry:remove');
  const reason = storable(input.reason);
  const wrong = reason === null ? reasonMissing : tooLong('reason', input.reason, 'input.reason');
  if (wrong) throw new UserProblemError(wrong);
  return startTask(log, viewer, 'undoImport', input, async (sql) => {
    const undone = await findImport(sql, viewer, input.importId);
    const { list } = undone.input as unknown as ImportInput;
    const task: UndoImportInput = { importId: undone.id, listId: list.id, reason: reason! };
    return {
      kind: 'UNDO_IMPORT',
      authority: authorityOf(viewer),
      input: task,
      inserted: async (sql, taskId) => {
        await sql.query('UPDATE task SET undone_by_id = $3 WHERE environment_id = $1 AND id = $2', [
          undone.environmentId,
          undone.id,
          taskId,
        ]);
      },
    };
  });
}

async function findImport(sql: Sql, viewer: Viewer, importId: string): Promise<TaskRow> {
  const [task] = await findTasks(sql, viewer, [importId]);
  if (task?.kind !== 'IMPORT')
    throw new UserProblemError(
      problem('NOT_FOUND', 'input.import', 'There is no import with this id: give the id of its task (see tasks).'),
    );
  const [earlier] = task.undoneById ? await findTasks(sql, viewer, [task.undoneById]) : [];
  const refusal = refusalOf(task, earlier) ?? ((await isReplaced(sql, task)) ? replaced : null);
  if (refusal) throw new UserProblemError(refusal);
  return task;
}

function refusalOf(task: TaskRow, earlier: TaskRow | undefined): UserProblem | null {
  const refused = (message: string) => problem('REFUSED', 'input.import', message);
  const { areOptOuts, isDryRun } = task.input as unknown as ImportInput;
  if (areOptOuts)
    return refused(
      "These are people's own opt-outs: an import of them can't be undone, by nobody. Each is lifted by that person's START.",
    );
  if (isDryRun) return refused('This was a dry run: it has changed nothing, so there is nothing to undo.');
  if (!isFinished(task))
    return refused('This import still runs: cancel it first, then undo what it has done (cancelTask).');
  if (earlier?.state === 'DONE') return refused('This import was undone already.');
  if (earlier && !isFinished(earlier)) return refused('This import is being undone already: wait for that task.');
  return null;
}

/**
 * A later file of the origin stands in place of this one, and needed no claim of its own on what both have (R6.4): to
 * withdraw this one's would lift what the later file lists.
 */
async function isReplaced(sql: Sql, { environmentId, id, origin, input }: TaskRow): Promise<boolean> {
  if (origin === null) return false;
  const { list } = input as unknown as ImportInput;
  const { rows } = await sql.query(REPLACED, [environmentId, id, origin, list.id]);
  return rows.length > 0;
}

// One that has written, or may still do so.
const REPLACED = `SELECT 1 FROM task t
  WHERE t.environment_id = $1 AND t.id > $2 AND t.origin = $3 AND t.kind = 'IMPORT'
    AND t.input ->> 'mode' = 'REPLACE' AND (t.input -> 'list' ->> 'id')::int = $4
    AND (t.state IN ('QUEUED', 'RUNNING') OR t.checkpoint ->> 'phase' IN ('WITHDRAW', 'DONE')
      OR t.checkpoint ->> 'phase' = 'ADD' AND t.checkpoint ->> 'after' <> '')
    AND NOT EXISTS (SELECT 1 FROM task u WHERE u.environment_id = t.environment_id AND u.id = t.undone_by_id AND u.state = 'DONE')
  LIMIT 1`;

const replaced = problem(
  'REFUSED',
  'input.import',
  'A later file of this origin has replaced this one: undo that import first, or import a file that lacks these numbers with REPLACE.',
);

const reasonMissing = problem(
  'REQUIRED',
  'input.reason',
  'Undoing an import lifts entries, so it needs a reason: write why these numbers may be contacted again.',
);
