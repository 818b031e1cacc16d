/** Codes of problems that a caller can mend; part of the API. */
export type UserProblemCode =
  | 'REQUIRED'
  | 'TOO_LONG'
  | 'TOO_MANY'
  | 'TOO_LARGE'
  | 'STORAGE_FULL'
  | 'INVALID_VALUE'
  | 'IN_THE_PAST'
  | 'IN_THE_FUTURE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'EMPTY_FILTER'
  | 'COUNT_DIFFERS'
  | 'REFUSED'
  | 'IDEMPOTENCY_MISMATCH'
  | 'OVERLOADED'
  | 'UNKNOWN_OUTCOME';

/** One thing that is wrong with an input: which field, what, and what to do. Never holds a phone number. */
export interface UserProblem {
  readonly code: UserProblemCode;
  readonly message: string;
  /** The way to the input field, such as ["input", "entries"]. */
  readonly path: readonly string[];
}

/** Thrown by the domain when an input can't be served and nothing was done; mutations answer it in `userErrors`. */
export class UserProblemError extends Error {
  readonly code = 'USER_PROBLEM';
  readonly problems: readonly UserProblem[];
  constructor(...problems: UserProblem[]) {
    super(problems.map((problem) => problem.message).join(' '));
    this.name = 'UserProblemError';
    this.problems = problems;
  }
}

export function problem(code: UserProblemCode, path: string, message: string): UserProblem {
  return { code, message, path: path.split('.') };
}
