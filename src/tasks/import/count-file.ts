import { TaskFailure } from '../task-handler.ts';
import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportTask } from './import-handler.ts';
import type { Lacking } from './lacking.ts';
import type { ReadFile } from './reading-messages.ts';

/** Where the writing begins, or goes on. */
export type Begin = Extract<ImportCheckpoint, { after: string }>;

/**
 * Keeps what reading the file has shown, once: a file that is read again after a crash is not counted again. Now, before
 * the first change, a replacement that would lift too much is refused (R6.4). `lifting` is what would become of what the
 * file lacks, by code.
 * @throws TaskFailure TOO_MANY_LIFTED
 */
export async function countFile(
  task: ImportTask,
  { counts }: ReadFile,
  lacking: Lacking | null,
  lifting: Readonly<Record<string, number>>,
): Promise<Begin> {
  const { checkpoint, input } = task;
  if (checkpoint?.phase === 'REFUSED') throw tooManyLifted(task, checkpoint);
  if (checkpoint && 'after' in checkpoint) return checkpoint;
  const share = { lifted: lifting.CHANGED ?? 0, of: lacking?.claimed ?? 0 };
  const isRefused = isTooMuch(share, input.maxLiftedShare) && !input.isDryRun;
  const begin: Begin = { phase: 'ADD', after: '' };
  await task.save({
    checkpoint: isRefused ? { phase: 'REFUSED', ...share } : begin,
    // A dry run has seen all there is to see of what the file lacks.
    count: input.isDryRun ? { ...counts, ...lifting } : counts,
    rowsDone: counts.INVALID + (input.isDryRun ? (lacking?.count ?? 0) : 0),
    rowsTotal: counts.ROWS + (lacking?.count ?? 0),
  });
  if (isRefused) throw tooManyLifted(task, share);
  await task.say('info', `The file has ${number(counts.ROWS)} rows; ${number(counts.INVALID)} of them can't be read.`);
  if (share.of > 0) await task.say('info', `${figuresOf(task, share)}.`);
  if (isTooMuch(share, input.maxLiftedShare))
    await task.say('warn', `A real import would be refused: ${remedyFor(task)}`);
  return begin;
}

/** How many of an origin's numbers a file would lift. */
interface Share {
  readonly lifted: number;
  readonly of: number;
}

function isTooMuch({ lifted, of }: Share, most: number): boolean {
  return lifted > most * of;
}

function tooManyLifted(task: ImportTask, share: Share): TaskFailure {
  const message = `${figuresOf(task, share)}: ${remedyFor(task)} Nothing was changed.`;
  return new TaskFailure('TOO_MANY_LIFTED', message);
}

/** `Vendor nightly has listed 1,000 numbers on DNC, and the file would lift 120 of them (12%)`. */
function figuresOf({ input }: ImportTask, { lifted, of }: Share): string {
  return `${input.origin} has listed ${number(of)} numbers on ${input.list.key}, and this file would lift ${number(lifted)} of them (${percent(lifted / of)})`;
}

function remedyFor({ input }: ImportTask): string {
  return `at most ${percent(input.maxLiftedShare)} may be lifted. If the file is complete, import it with a higher maxLiftedShare.`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function percent(part: number): string {
  return `${(part * 100).toLocaleString('en', { maximumFractionDigits: 1 })}%`;
}
