import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import type { TaskKind } from './task-kind.ts';

export type TaskState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

/** A task as it may be told; not its checkpoint, which may hold a number. `input` and `result` are its handler's own. */
export interface TaskRow {
  readonly environmentId: number;
  readonly id: string;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly step: string;
  readonly rowsDone: number;
  readonly rowsTotal: number | null;
  /** What became of rows so far, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  /** Imports: the named source of files (R6.4), and the task that withdrew its claims (R6.3). */
  readonly origin: string | null;
  readonly undoneById: string | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly actorId: number;
  /** Who started it, as viewers are told apart. */
  readonly actorSubject: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

export interface TaskKey {
  readonly environmentId: number;
  readonly id: string;
}

/** SELECT … FROM of TaskRows, with `t` for the task and `a` for who started it. */
export const SELECT_TASKS = `
  SELECT t.environment_id AS "environmentId", t.id, t.kind, t.state, t.step, t.rows_done::float8 AS "rowsDone",
         t.rows_total::float8 AS "rowsTotal", t.counts, t.input, t.result, t.origin, t.undone_by_id AS "undoneById",
         t.failure_code AS "failureCode", t.failure_message AS "failureMessage", t.actor_id AS "actorId",
         a.subject AS "actorSubject", t.created_at AS "createdAt", t.started_at AS "startedAt",
         t.updated_at AS "updatedAt", t.finished_at AS "finishedAt"
    FROM task t JOIN actor a ON a.environment_id = t.environment_id AND a.id = t.actor_id`;

/** R7: task:see, and whoever started it. */
export function maySeeTask(viewer: Viewer, task: TaskRow): boolean {
  return (
    task.environmentId === viewer.environmentId && (viewer.can('task:see') || task.actorSubject === viewer.subject)
  );
}

export function isFinished({ state }: Pick<TaskRow, 'state'>): boolean {
  return state === 'DONE' || state === 'FAILED' || state === 'CANCELLED';
}

/** Those of these tasks that the viewer may see. */
export async function findTasks(sql: Sql, viewer: Viewer, ids: readonly string[]): Promise<TaskRow[]> {
  const rows = await readTasks(
    sql,
    ids.map((id) => ({ environmentId: viewer.environmentId, id })),
  );
  return rows.filter((task) => maySeeTask(viewer, task));
}

/** Tasks of any environments, whoever may see them. */
export async function readTasks(sql: Sql, keys: readonly TaskKey[]): Promise<TaskRow[]> {
  const { rows } = await sql.query<TaskRow>(BY_KEYS, [
    keys.map(({ environmentId }) => environmentId),
    keys.map(({ id }) => id),
  ]);
  return rows;
}

const BY_KEYS = `${SELECT_TASKS}
  JOIN unnest($1::int[], $2::bigint[]) AS k(environment_id, id) ON t.environment_id = k.environment_id AND t.id = k.id`;
