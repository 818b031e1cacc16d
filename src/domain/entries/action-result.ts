import type { RowCode, RowOutcome, WriteOutcome } from '../../changes/write-call.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import { decodeProblem, encodeProblem } from './add-result.ts';
import { type Refusal, refusals } from './refusal.ts';

/** What became of one entry, or of one item of the input that named none. */
export interface EntryActionResult {
  /** The place in `ids` or `phones.numbers`; null with a filter. */
  readonly index: number | null;
  readonly entryId: string | null;
  readonly outcome: 'CHANGED' | 'UNCHANGED' | 'NOT_FOUND' | 'REFUSED' | 'INVALID';
  readonly refusal: Refusal | null;
  readonly problem: NumberProblem | null;
  /** The number's facts after the action: on which lists it stands still. */
  readonly facts: string;
}

/** One answer to be given: for which item of the input, from which row of the call. */
export interface ItemPlace {
  readonly index: number | null;
  /** Null when the item named no entry. */
  readonly row: number | null;
  readonly problem: NumberProblem | null;
}

/** The answers of a call, or of its replay, which has its places from the retry record (P1.8). */
export function actionResults(outcome: WriteOutcome, places: readonly ItemPlace[]): EntryActionResult[] {
  const answered = outcome.replayed ? decodePlaces(outcome.replayed.inputMap) : places;
  return answered.map(({ index, row, problem }): EntryActionResult => {
    if (row !== null) return resultOf(index, outcome.rows[row]!);
    return { index, entryId: null, outcome: problem ? 'INVALID' : 'NOT_FOUND', refusal: null, problem, facts: '' };
  });
}

function resultOf(index: number | null, { code, entryId, facts }: RowOutcome): EntryActionResult {
  const refusal = code in refusals ? refusals[code as keyof typeof refusals] : null;
  return {
    index,
    entryId,
    outcome: refusal ? 'REFUSED' : (code as Exclude<RowCode, keyof typeof refusals> as 'CHANGED'),
    refusal,
    problem: null,
    facts,
  };
}

/** Two numbers for each place; what isn't the place of a row is below zero, so that the log leaves it alone. */
export function encodePlaces(places: readonly ItemPlace[]): number[] {
  return places.flatMap(({ index, row, problem }) => [
    index === null ? -1 : -2 - index,
    row ?? (problem ? -2 - encodeProblem(problem) : -1),
  ]);
}

function decodePlaces(numbers: readonly number[]): ItemPlace[] {
  const places: ItemPlace[] = [];
  for (let n = 0; n < numbers.length; n += 2) {
    const [index, what] = [numbers[n]!, numbers[n + 1]!];
    places.push({
      index: index === -1 ? null : -2 - index,
      row: what >= 0 ? what : null,
      problem: what < -1 ? (decodeProblem(-2 - what) as NumberProblem) : null,
    });
  }
  return places;
}
