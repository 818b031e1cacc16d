import type { BatchEnd } from '../task-handler.ts';
import { whenNotBusy } from '../when-not-busy.ts';
import type { EntryBatch } from './entry-batches.ts';
import { entryBatches } from './entry-batches.ts';
import { rowDefaults } from './entry-line.ts';
import { FreshStatistics } from './fresh-statistics.ts';
import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportTask } from './import-handler.ts';
import { batchRowsOf, type ImportServices } from './import-services.ts';

/** What is to be added, and from where on. */
export interface Additions {
  readonly runs: readonly string[];
  /** Earlier imports whose claims this one takes over (REPLACE). */
  readonly takesOver: readonly string[];
  readonly after: string;
}

/** Lists the file's numbers, batch by batch; the next is made ready while one is written. Answers how many rows are done then. */
export async function* addNumbers(
  task: ImportTask,
  { runs, takesOver, after }: Additions,
  services: ImportServices,
): AsyncGenerator<BatchEnd, number> {
  const { environmentId, id, fence, actor, authority, onBehalfOf, input } = task;
  await task.save({ step: 'Adding the numbers' });
  let { rowsDone } = task;
  const write = ({ rows, fileRows, last }: EntryBatch) =>
    services.log.commit({
      environmentId,
      actor,
      operation: 'startImport',
      authority,
      onBehalfOf,
      reason: input.reason,
      background: true,
      rows,
      claims: { importId: id, ...(takesOver.length > 0 ? { of: takesOver } : {}) },
      task: {
        id,
        fence,
        checkpoint: { phase: 'ADD', after: last } satisfies ImportCheckpoint,
        rowsDone: rowsDone + fileRows,
        count: { DUPLICATE: fileRows - rows.length },
      },
    });
  const batches = entryBatches(runs, { after, size: batchRowsOf(services), defaults: rowDefaults(input) });
  try {
    let next = await batches.next();
    let enforced: Promise<unknown> = Promise.resolve();
    const statistics = new FreshStatistics(services.database);
    while (!next.done) {
      const batch = next.value;
      const following = batches.next();
      if (batch.rows.length === 0) {
        next = await following;
        yield;
        continue;
      }
      // While this node reads a batch back the next is written, but no further: it must not fall behind what it commits.
      const before = enforced;
      const [written] = yield* whenNotBusy(() => Promise.all([write(batch), following, before]));
      rowsDone += batch.fileRows;
      enforced = written.enforced;
      await statistics.wrote(written.rows.length);
      next = await following;
      yield;
    }
    await enforced;
    await statistics.end();
  } finally {
    await batches.return();
  }
  return rowsDone;
}
