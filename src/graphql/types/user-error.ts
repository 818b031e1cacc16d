import type { UserProblem, UserProblemCode } from '../../domain/user-problem.ts';
import { UserProblemError } from '../../domain/user-problem.ts';
import { builder } from '../builder.ts';

const codes: Record<UserProblemCode, string> = {
  REQUIRED: 'Something that the mutation needs is missing.',
  TOO_LONG: 'A text is longer than its field may be.',
  TOO_MANY: 'More items than one call takes.',
  TOO_LARGE: 'A file is larger than it may be.',
  STORAGE_FULL: 'The files of the environment take all the room that it has: delete some, or wait until they end.',
  INVALID_VALUE: 'A value that cannot be meant.',
  IN_THE_PAST: 'A time that must lie in the future.',
  IN_THE_FUTURE: 'A time that must lie in the past.',
  NOT_FOUND: 'Nothing with this id or key in your environment.',
  ALREADY_EXISTS: 'The key or name is taken.',
  EMPTY_FILTER: 'A bulk action with a filter that would mean everything.',
  COUNT_DIFFERS: 'The selection means another number of entries than `expectedCount`.',
  REFUSED: "The rules don't allow it, for anybody with your role or at all.",
  IDEMPOTENCY_MISMATCH: 'The idempotencyKey was used with other input.',
  OVERLOADED: 'Too many writes are waiting: send it again in a second.',
  UNKNOWN_OUTCOME: 'The connection to the database was lost at commit: repeat the request.',
};

const UserErrorCode = builder.enumType('UserErrorCode', {
  description: 'What kind of problem a user error is.',
  values: Object.fromEntries(Object.entries(codes).map(([code, description]) => [code, { description }])) as Record<
    UserProblemCode,
    { description: string }
  >,
});

/** `UserError` in the schema. */
export const UserError = builder.objectRef<UserProblem>('UserError').implement({
  description: 'Something in the input that you can mend. When there is one, nothing was changed.',
  fields: (t) => ({
    code: t.field({
      type: UserErrorCode,
      description: 'The kind of problem, for programs.',
      resolve: ({ code }) => code,
    }),
    message: t.exposeString('message', {
      description: 'What is wrong and what to do, for people. Never holds a phone number.',
    }),
    path: t.exposeStringList('path', { description: 'The way to the input field, such as ["input", "reason"].' }),
  }),
});

/** Errors of a write that name themselves; the code is theirs. */
const writeErrors = new Set(['IDEMPOTENCY_MISMATCH', 'OVERLOADED', 'UNKNOWN_OUTCOME']);

/** Runs a mutation's command: its outcome, or the problems that the caller can mend. Anything else is thrown on. */
export async function answering<T>(
  command: () => Promise<T>,
): Promise<{ outcome: T | null; userErrors: readonly UserProblem[] }> {
  try {
    return { outcome: await command(), userErrors: [] };
  } catch (error) {
    if (error instanceof UserProblemError) return { outcome: null, userErrors: error.problems };
    const { code, message } = error as { code?: string; message: string };
    if (!code || !writeErrors.has(code)) throw error;
    const path = code === 'IDEMPOTENCY_MISMATCH' ? ['input', 'idempotencyKey'] : ['input'];
    return { outcome: null, userErrors: [{ code: code as UserProblemCode, message, path }] };
  }
}
