/** What write_entries raises when the batch's task isn't its claim's any more (prisma/migrations). */
const FENCED_SQLSTATE = 'QL001';

/** The task isn't this claim's any more: cancelled, or another server has it. Nothing was written; the work is dropped. */
export class TaskFencedError extends Error {
  readonly code = 'TASK_FENCED';
  constructor(taskId: string) {
    super(`Task ${taskId} was cancelled, or claimed by another server: this claim may write nothing more.`);
    this.name = 'TaskFencedError';
  }
}

/** Whoever noticed it: the runner's own statements, or the database. */
export function isFenced(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'TASK_FENCED' || code === FENCED_SQLSTATE;
}
