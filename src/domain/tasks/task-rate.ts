import type { TaskRow } from './task-row.ts';

/** Rows per second from the start to the last progress, by the database's clock; null while that says nothing. */
export function rowsPerSecond({ rowsDone, startedAt, updatedAt, finishedAt }: TaskRow): number | null {
  const ms = startedAt ? (finishedAt ?? updatedAt).getTime() - startedAt.getTime() : 0;
  return rowsDone > 0 && ms > 0 ? (rowsDone * 1000) / ms : null;
}

/** When a running task will be done if it goes on at this rate. */
export function estimatedEndAt(task: TaskRow): Date | null {
  const rate = rowsPerSecond(task);
  if (task.state !== 'RUNNING' || task.rowsTotal === null || rate === null) return null;
  return new Date(task.updatedAt.getTime() + (Math.max(0, task.rowsTotal - task.rowsDone) * 1000) / rate);
}
