import type { Sql } from '../../db/database.ts';
import type { TaskKey } from './task-row.ts';

export interface TaskLogLine {
  readonly at: Date;
  readonly level: 'info' | 'warn';
  readonly message: string;
}

const SHOWN = 100;

/** The newest lines of what a task has told people, oldest first. */
export async function taskLogLines(sql: Sql, { environmentId, id }: TaskKey): Promise<TaskLogLine[]> {
  const { rows } = await sql.query<TaskLogLine>(
    `SELECT at, level, message FROM task_log_line WHERE environment_id = $1 AND task_id = $2 ORDER BY id DESC LIMIT ${SHOWN}`,
    [environmentId, id],
  );
  return rows.reverse();
}
