/** The same idempotency key came with other input (P1.8). */
export class IdempotencyMismatchError extends Error {
  readonly code = 'IDEMPOTENCY_MISMATCH';
  constructor() {
    super(
      'This idempotencyKey was used before with other input. Send the same input to replay its answer, or a new key for a new request.',
    );
    this.name = 'IdempotencyMismatchError';
  }
}

/** The write queue of the environment is full (invariant 10). */
export class OverloadedError extends Error {
  readonly code = 'OVERLOADED';
  constructor() {
    super(
      'Too many writes are waiting in this environment. Nothing of this request was done: send it again in a second.',
    );
    this.name = 'OverloadedError';
  }
}

/** The connection was lost at COMMIT and the database can't be asked (P1.7). */
export class UnknownOutcomeError extends Error {
  readonly code = 'UNKNOWN_OUTCOME';
  constructor(cause: unknown) {
    super(
      'The connection to the database was lost while the change was being committed, and its outcome could not be found out. Repeat the request: with the same idempotencyKey it is safe, and adding again never weakens.',
      { cause },
    );
    this.name = 'UnknownOutcomeError';
  }
}

/** What keep_task_batch raises (prisma/migrations). */
const FENCED_SQLSTATE = 'QL001';

/** The task isn't this claim's any more: it was cancelled, or another server has taken it over. Nothing was written. */
export class TaskFencedError extends Error {
  readonly code = 'TASK_FENCED';
  constructor() {
    super('The task was cancelled, or another server has taken it over. Nothing of this batch was written.');
    this.name = 'TaskFencedError';
  }
}

/** Whoever noticed it: a task's own statements, or the database. */
export function isFenced(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'TASK_FENCED' || code === FENCED_SQLSTATE;
}

/** What take_words raises (prisma/migrations). */
const OPT_OUTS_CHANGED_SQLSTATE = 'QL002';

/** The opt-outs that a START was to lift are others by now (R4.3): read them again and repeat. Nothing was written. */
export class OptOutsChangedError extends Error {
  readonly code = 'OPT_OUTS_CHANGED';
  constructor() {
    super('The opt-outs of this number have changed meanwhile. Nothing was written: read them again.');
    this.name = 'OptOutsChangedError';
  }
}

export function haveOptOutsChanged(error: unknown): boolean {
  return ((error ?? {}) as { code?: unknown }).code === OPT_OUTS_CHANGED_SQLSTATE;
}

/** What write_entries raises (prisma/migrations). */
const LIST_ARCHIVED_SQLSTATE = 'QL003';

/** A list that was to take numbers in is archived (R5.5). Nothing of the call was written. */
export class ListArchivedError extends Error {
  readonly code = 'LIST_ARCHIVED';
  constructor() {
    super('This list is archived, and its entries do not count. Nothing was written.');
    this.name = 'ListArchivedError';
  }
}

export function isListArchived(error: unknown): boolean {
  return ((error ?? {}) as { code?: unknown }).code === LIST_ARCHIVED_SQLSTATE;
}
