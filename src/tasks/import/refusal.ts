import { TaskFailure } from '../task-handler.ts';
import type { ImportTask } from './import-handler.ts';
import type { Lacking } from './lacking.ts';
import type { ReadFile } from './reading-messages.ts';

/** How many of an origin's numbers a file would lift. */
export interface Share {
  readonly lifted: number;
  readonly of: number;
}

/** Why a file must not replace the earlier ones of its origin (R6.4). */
export type Refusal =
  | { readonly code: 'NOTHING_READABLE'; readonly rows: number }
  | { readonly code: 'UNREADABLE_ROWS'; readonly unreadable: number }
  | ({ readonly code: 'TOO_MANY_LIFTED' } & Share);

/** `lifting` is what would become of what the file lacks, by code; null when nothing speaks against it. */
export function refusalOf(
  { input }: ImportTask,
  { counts, unreadable, swallowed }: ReadFile,
  { claimed }: Lacking,
  lifting: Readonly<Record<string, number>>,
): Refusal | null {
  // A header alone, or the wrong column: such a file says nothing about any number, whatever share may be lifted.
  if (counts.ROWS === unreadable) return { code: 'NOTHING_READABLE', rows: counts.ROWS };
  // An unreadable row may be any of the numbers that seem to lack: a typo must not unblock one.
  const unknown = unreadable + swallowed;
  if (unknown > 0 && isAnythingGivenUp(lifting)) return { code: 'UNREADABLE_ROWS', unreadable: unknown };
  const lifted = lifting.CHANGED ?? 0;
  return lifted > input.maxLiftedShare * claimed ? { code: 'TOO_MANY_LIFTED', lifted, of: claimed } : null;
}

/** What the law keeps stays the origin's, and would hold up each of its files from then on. */
function isAnythingGivenUp(lifting: Readonly<Record<string, number>>): boolean {
  return Object.entries(lifting).some(([code, count]) => count > 0 && !code.startsWith('REFUSED_'));
}

export function refused(task: ImportTask, refusal: Refusal): TaskFailure {
  const figures =
    refusal.code === 'TOO_MANY_LIFTED' ? figuresOf(task, refusal) : 'This file must not replace the earlier ones';
  return new TaskFailure(refusal.code, `${figures}: ${remedyFor(task, refusal)} Nothing was changed.`);
}

/** `Vendor nightly has listed 1,000 numbers on DNC, and the file would lift 120 of them (12%)`. */
export function figuresOf({ input }: ImportTask, { lifted, of }: Share): string {
  return `${input.origin} has listed ${number(of)} numbers on ${input.list.key}, and this file would lift ${number(lifted)} of them (${percent(lifted / of)})`;
}

export function remedyFor({ input }: ImportTask, refusal: Refusal): string {
  switch (refusal.code) {
    case 'NOTHING_READABLE':
      return refusal.rows === 0
        ? 'the file has no rows, and would lift all that its origin has listed. If that is meant, undo the imports of this origin.'
        : `none of the ${number(refusal.rows)} rows has a readable number. Check which column has the numbers, then import it again.`;
    case 'UNREADABLE_ROWS':
      return `${refusal.unreadable === 1 ? '1 row' : `${number(refusal.unreadable)} rows`} could not be read, and each may be a number that the file seems to lack. Mend these rows (see rowProblems) or drop them, then send the file again.`;
    default:
      return `at most ${percent(input.maxLiftedShare)} may be lifted. If the file is complete, import it with a higher maxLiftedShare.`;
  }
}

export function number(count: number): string {
  return count.toLocaleString('en');
}

function percent(part: number): string {
  return `${(part * 100).toLocaleString('en', { maximumFractionDigits: 1 })}%`;
}
