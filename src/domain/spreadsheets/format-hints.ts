import { problem, UserProblemError } from '../user-problem.ts';
import type { FormatHints } from './file-format.ts';

/**
 * Makes sure that what a person says of a file can be so.
 * @throws UserProblemError
 */
export function checkHints({ delimiter, headerLine }: FormatHints): void {
  if (delimiter && ([...delimiter].length > 1 || /["\r\n]/.test(delimiter))) {
    const message =
      'A delimiter is one sign, and no quotation mark or line break; "" makes each line one cell. Leave it out to have it found.';
    throw new UserProblemError(problem('INVALID_VALUE', 'input.delimiter', message));
  }
  if (headerLine !== null && headerLine !== undefined && headerLine < 1) {
    const message = 'Lines are counted from 1. Leave it out to have the header found, or say hasHeader: false.';
    throw new UserProblemError(problem('INVALID_VALUE', 'input.headerLine', message));
  }
}
