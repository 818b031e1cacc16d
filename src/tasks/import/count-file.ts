import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportTask } from './import-handler.ts';
import type { Lacking } from './lacking.ts';
import type { ReadFile } from './reading-messages.ts';
import { figuresOf, number, refusalOf, refused, remedyFor } from './refusal.ts';

/** Where the writing begins, or goes on. */
export type Begin = Extract<ImportCheckpoint, { after: string }>;

/**
 * Keeps what reading the file has shown, once: a file that is read again after a crash is not counted again. Now, before
 * the first change, a replacement that would lift what it must not is refused (R6.4). `lifting` is what would become of
 * what the file lacks, by code.
 * @throws TaskFailure NOTHING_READABLE, UNREADABLE_ROWS, TOO_MANY_LIFTED
 */
export async function countFile(
  task: ImportTask,
  file: ReadFile,
  lacking: Lacking | null,
  lifting: Readonly<Record<string, number>>,
): Promise<Begin> {
  const { checkpoint, input } = task;
  const { counts } = file;
  if (checkpoint?.phase === 'REFUSED') throw refused(task, checkpoint);
  if (checkpoint && 'after' in checkpoint) return checkpoint;
  const refusal = lacking && refusalOf(task, file, lacking, lifting);
  // A dry run of a file that nothing can be read of has nothing to count either.
  const isRefused = refusal !== null && (!input.isDryRun || refusal.code === 'NOTHING_READABLE');
  const begin: Begin = { phase: 'ADD', after: '' };
  await task.save({
    checkpoint: isRefused ? { phase: 'REFUSED', ...refusal } : begin,
    // A dry run has seen all there is to see of what the file lacks.
    count: input.isDryRun && !isRefused ? { ...counts, ...lifting } : counts,
    rowsDone: counts.INVALID + (input.isDryRun && !isRefused ? (lacking?.count ?? 0) : 0),
    rowsTotal: counts.ROWS + (lacking?.count ?? 0),
  });
  if (isRefused) throw refused(task, refusal);
  await task.say('info', `The file has ${number(counts.ROWS)} rows; ${number(counts.INVALID)} of them can't be read.`);
  if (lacking && lacking.claimed > 0)
    await task.say('info', `${figuresOf(task, { lifted: lifting.CHANGED ?? 0, of: lacking.claimed })}.`);
  if (refusal) await task.say('warn', `A real import would be refused: ${remedyFor(task, refusal)}`);
  return begin;
}
