import { storable } from './text-limits.ts';
import { problem, UserProblemError } from './user-problem.ts';

/** How long names of accounts, keys and businesses may be, in characters. */
export const MAX_NAME_LENGTH = 100;

/**
 * A name as people read it: trimmed, one line, 1 to 100 characters.
 * @throws UserProblemError that points at `path`
 */
export function readName(text: string, path: string): string {
  const name = readOptionalName(text, path);
  if (name === '')
    throw new UserProblemError(problem('REQUIRED', path, `A name has 1 to ${MAX_NAME_LENGTH} characters: give one.`));
  return name;
}

/** Like `readName`, and '' is one too. */
export function readOptionalName(text: string, path: string): string {
  const name = storable(text) ?? '';
  if (name.length > MAX_NAME_LENGTH) {
    throw new UserProblemError(
      problem('TOO_LONG', path, `This name has ${name.length} characters and may have ${MAX_NAME_LENGTH}: shorten it.`),
    );
  }
  if (/\p{Cc}/u.test(name)) {
    throw new UserProblemError(
      problem('INVALID_VALUE', path, 'A name is one line without tabs or other control characters: take them out.'),
    );
  }
  return name;
}
