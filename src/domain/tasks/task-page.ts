import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import type { TaskKind } from './task-kind.ts';
import { SELECT_TASKS, type TaskRow, type TaskState } from './task-row.ts';

export interface TaskFilter {
  readonly kinds?: readonly TaskKind[] | null;
  readonly states?: readonly TaskState[] | null;
}

export interface TaskPage {
  readonly size: number;
  /** Oldest first, towards the newest. */
  readonly backwards: boolean;
  /** The id of the row before the page. */
  readonly beyond: string | null;
}

/** One page of the tasks that the viewer may see, newest first (oldest first backwards): ids rise with the time of starting. */
export async function taskPage(
  sql: Sql,
  viewer: Viewer,
  { kinds, states }: TaskFilter,
  { size, backwards, beyond }: TaskPage,
): Promise<TaskRow[]> {
  const { rows } = await sql.query<TaskRow>(backwards ? OLDEST_FIRST : NEWEST_FIRST, [
    viewer.environmentId,
    kinds ?? null,
    states ?? null,
    viewer.can('task:see') ? null : viewer.subject,
    beyond,
    size,
  ]);
  return rows;
}

const PAGE = (past: '<' | '>', direction: 'ASC' | 'DESC') => `${SELECT_TASKS}
   WHERE t.environment_id = $1 AND ($2::task_kind[] IS NULL OR t.kind = ANY ($2)) AND ($3::task_state[] IS NULL OR t.state = ANY ($3))
     AND ($4::text IS NULL OR a.subject = $4) AND ($5::bigint IS NULL OR t.id ${past} $5)
   ORDER BY t.id ${direction} LIMIT $6`;
const NEWEST_FIRST = PAGE('<', 'DESC');
const OLDEST_FIRST = PAGE('>', 'ASC');
