import type { BatchEnd } from '../task-handler.ts';
import type { ClaimedEntry } from './claims.ts';
import { keyIn, keyOf, phoneOf } from './entry-line.ts';
import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportTask } from './import-handler.ts';
import { batchRowsOf, type ImportServices } from './import-services.ts';
import type { Lacking } from './lacking.ts';
import { mergeRuns } from './merge-runs.ts';
import { withdraw } from './withdraw.ts';

/** REPLACE, after the additions: ends the claims on what the file lacks (R6.4). */
export async function* liftLacking(
  task: ImportTask,
  { earlier, run }: Lacking,
  from: { readonly after: string; readonly rowsDone: number },
  services: ImportServices,
): AsyncGenerator<BatchEnd, void> {
  const { input } = task;
  await task.save({ step: 'Lifting what the file lacks' });
  let { rowsDone } = from;
  for await (const entries of lackingBatches(run, from.after, batchRowsOf(services))) {
    rowsDone += entries.length;
    if (entries.length > 0)
      yield* withdraw(services.log, task, {
        entries,
        listId: input.list.id,
        of: earlier,
        operation: 'startImport',
        reason: `No longer in the file of ${input.origin}`,
        checkpoint: { phase: 'WITHDRAW', after: keyOf(entries.at(-1)!.phone) } satisfies ImportCheckpoint,
        rowsDone,
      });
    yield;
  }
}

/** What is done already comes as empty batches, which give others their turn. */
export async function* lackingBatches(run: string, after: string, size: number): AsyncGenerator<ClaimedEntry[], void> {
  let batch: ClaimedEntry[] = [];
  for await (const lines of mergeRuns([run])) {
    if (keyIn(lines.at(-1)!) <= after) yield [];
    for (const line of lines) {
      const key = keyIn(line);
      if (key <= after) continue;
      batch.push({ phone: phoneOf(key), id: line.slice(key.length + 1) });
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
