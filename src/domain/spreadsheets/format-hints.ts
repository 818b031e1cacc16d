import { problem, UserProblemError } from '../user-problem.ts';
import type { FileRow, FormatHints } from './file-format.ts';

/**
 * Makes sure that what a person says of a file can be so.
 * @throws UserProblemError
 */
export function checkHints({ delimiter, headerLine }: FormatHints): void {
  // Neither NUL nor half a surrogate pair can be stored with the format.
  if (delimiter && ([...delimiter].length > 1 || /["\r\n\0]/.test(delimiter) || !delimiter.isWellFormed())) {
    const message =
      'A delimiter is one sign, and no quotation mark, line break or NUL; "" makes each line one cell. Leave it out to have it found.';
    throw new UserProblemError(problem('INVALID_VALUE', 'input.delimiter', message));
  }
  if (headerLine !== null && headerLine !== undefined && headerLine < 1) {
    const message = 'Lines are counted from 1. Leave it out to have the header found, or say hasHeader: false.';
    throw new UserProblemError(problem('INVALID_VALUE', 'input.headerLine', message));
  }
}

/**
 * The rows are the first ones of the file. A header behind them can't be seen: all rows down to it would be skipped
 * without a look at them.
 * @throws UserProblemError
 */
export function checkHeaderIsSeen({ headerLine }: FormatHints, rows: readonly FileRow[]): void {
  const last = rows.at(-1)?.line ?? 0;
  if (!headerLine || headerLine <= last) return;
  const message = `The header can't be in line ${headerLine}: the last line with something in it, of the beginning of the file that is looked at, is line ${last}. Name a line up to there, leave headerLine out to have the header found, or say hasHeader: false.`;
  throw new UserProblemError(problem('INVALID_VALUE', 'input.headerLine', message));
}

/** What a person is told of a number in this line, which is the header or stands above it. */
export function wrongHeader({ headerLine, hasHeader }: FormatHints, line: number): UserProblemError {
  const path = !headerLine && hasHeader ? 'input.hasHeader' : 'input.headerLine';
  const message = `Line ${line} has a phone number where the header, or what stands above it, should be: it would be skipped. Name the line of the header, say hasHeader: false if there is none, or take that line out of the file.`;
  return new UserProblemError(problem('INVALID_VALUE', path, message));
}
