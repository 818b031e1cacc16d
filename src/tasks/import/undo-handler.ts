import type { Database } from '../../db/database.ts';
import type { UndoImportInput } from '../../domain/imports/import-input.ts';
import type { BatchEnd, RunningTask, TaskHandler } from '../task-handler.ts';
import { type ClaimKey, claimPage } from './claims.ts';
import { batchRowsOf, type ImportServices } from './import-services.ts';
import { withdraw } from './withdraw.ts';

/** Where the walk over the import's claims goes on. */
export type UndoCheckpoint = { readonly next: ClaimKey | null };

type UndoTask = RunningTask<UndoImportInput, UndoCheckpoint>;

/** Withdraws an import's claims (R6.3), page by page. */
export function undoImportHandler(services: ImportServices): TaskHandler<UndoImportInput, UndoCheckpoint> {
  return { kind: 'UNDO_IMPORT', run: (task) => undo(task, services) };
}

async function* undo(task: UndoTask, services: ImportServices): AsyncGenerator<BatchEnd, void> {
  const { environmentId, input } = task;
  const { database, log } = services;
  const claims = { environmentId, importId: input.importId };
  if (task.checkpoint === null)
    await task.save({ step: 'Withdrawing its claims', rowsTotal: await claimed(database, task) });
  let key = task.checkpoint?.next ?? null;
  let { rowsDone } = task;
  let isLast = task.checkpoint?.next === null;
  while (!isLast) {
    const { entries, next } = await claimPage(database, claims, key, batchRowsOf(services));
    rowsDone += entries.length;
    if (entries.length > 0)
      yield* withdraw(log, task, {
        entries,
        listId: input.listId,
        of: [input.importId],
        operation: 'undoImport',
        reason: input.reason,
        checkpoint: { next } satisfies UndoCheckpoint,
        rowsDone,
      });
    key = next;
    isLast = next === null;
    yield;
  }
  await task.save({ step: 'Done', rowsTotal: rowsDone });
}

/** How many there are: one walk along two indexes. */
async function claimed({ read }: Database, { environmentId, input }: UndoTask): Promise<number> {
  const { rows } = await read.query<{ count: number }>(COUNT, [environmentId, input.importId]);
  return rows[0]!.count;
}

const COUNT = `SELECT (
    (SELECT count(*) FROM entry WHERE environment_id = $1 AND import_id = $2 AND active)
  + (SELECT count(*) FROM import_claim WHERE environment_id = $1 AND import_id = $2))::float8 AS count`;
