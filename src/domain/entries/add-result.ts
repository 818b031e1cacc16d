import type { WriteOutcome } from '../../changes/write-call.ts';
import { type NumberProblemCode, numberProblem } from '../numbers/number-problem.ts';
import { type EntryProblem, type EntryWarning, expiryInThePast, type ReadEntry } from './entry-input.ts';

/** What became of one row of the input; together they account for every row (invariant 9). */
export interface AddResult {
  readonly index: number;
  readonly outcome: 'ADDED' | 'RAISED' | 'ALREADY_LISTED' | 'DUPLICATE' | 'INVALID';
  /** The entry that now stands for the number; null for INVALID. */
  readonly entryId: string | null;
  /** For DUPLICATE: the row of the same number that was taken. */
  readonly duplicateOf: number | null;
  readonly problem: EntryProblem | null;
  readonly warnings: readonly EntryWarning[];
}

/** Kept in retry records as -1 - place: append only, never reorder. */
const problemCodes = [
  'EMPTY',
  'TOO_LONG_TEXT',
  'NOT_A_NUMBER',
  'LETTERS',
  'SEVERAL_NUMBERS',
  'SPREADSHEET_NUMBER',
  'TOO_SHORT',
  'TOO_LONG',
  'IMPOSSIBLE_LENGTH',
  'UNKNOWN_COUNTRY_CODE',
  'EMERGENCY_NUMBER',
  'CRISIS_NUMBER',
  'WITHHELD',
  'UNSTORABLE',
  'EXPIRY_IN_THE_PAST',
] as const satisfies readonly EntryProblem['code'][];

/** What each input row became, as numbers: the place of its row in the call, or a problem below zero (P1.8). */
export function encodeInputMap(read: readonly ReadEntry[], rowOf: readonly (number | null)[]): number[] {
  return read.map((entry, n) => (entry.ok ? rowOf[n]! : -1 - encodeProblem(entry.problem)));
}

/** The answer in input order, from the database's codes and the map; the same for a first call and its replay. */
export function readResults(
  outcome: WriteOutcome,
  inputMap: readonly number[],
  read: readonly ReadEntry[],
): AddResult[] {
  const firstOf = new Map<number, number>();
  return inputMap.map((row, index): AddResult => {
    const { warnings } = read[index]!;
    if (row < 0) {
      const problem = decodeProblem(-1 - row);
      return { index, outcome: 'INVALID', entryId: null, duplicateOf: null, problem, warnings: [] };
    }
    const { code, entryId } = outcome.rows[row]!;
    const first = firstOf.get(row);
    if (first !== undefined)
      return { index, outcome: 'DUPLICATE', entryId, duplicateOf: first, problem: null, warnings };
    firstOf.set(row, index);
    return {
      index,
      outcome: code as 'ADDED' | 'RAISED' | 'ALREADY_LISTED',
      entryId,
      duplicateOf: null,
      problem: null,
      warnings,
    };
  });
}

/** A problem as a number from 0, for retry records. */
export function encodeProblem({ code }: EntryProblem): number {
  return problemCodes.indexOf(code);
}

export function decodeProblem(place: number): EntryProblem {
  const code = problemCodes[place]!;
  return code === 'EXPIRY_IN_THE_PAST' ? expiryInThePast : numberProblem(code as NumberProblemCode);
}
