import { rm } from 'node:fs/promises';
import { ListArchivedError } from '../../changes/write-errors.ts';
import type { Sql } from '../../db/database.ts';
import { releaseUpload } from '../../domain/files/release-upload.ts';
import type { ImportInput } from '../../domain/imports/import-input.ts';
import { type Spool, unlessFull } from '../spool.ts';
import { type BatchEnd, type RunningTask, TaskFailure, type TaskHandler } from '../task-handler.ts';
import { addNumbers } from './add-numbers.ts';
import { countFile } from './count-file.ts';
import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportServices } from './import-services.ts';
import { findLacking } from './lacking.ts';
import { liftLacking } from './lift-lacking.ts';
import { previewLifting } from './preview-lifting.ts';
import { previewNumbers } from './preview-numbers.ts';
import { readUpload } from './read-upload.ts';

export type ImportTask = RunningTask<ImportInput, ImportCheckpoint>;

/**
 * Imports a file (R6): reads it in a thread, sorts it by number on the disk, and writes it in batches that keep their
 * checkpoint with their rows. Whoever goes on after a crash reads the file anew, which gives the same, and skips what is done.
 */
export function importHandler(
  services: ImportServices & { readonly spool: Spool },
): TaskHandler<ImportInput, ImportCheckpoint> {
  return {
    kind: 'IMPORT',
    async *run(task) {
      if (task.checkpoint?.phase === 'DONE') return;
      let folder: string | undefined;
      try {
        folder = await services.spool.newFolder();
        yield* runImport(task, folder, services);
      } catch (error) {
        throw archivedMeanwhile(task, unlessFull(error));
      } finally {
        if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function* runImport(
  task: ImportTask,
  folder: string,
  services: ImportServices & { readonly spool: Spool },
): AsyncGenerator<BatchEnd, void> {
  const { mode, isDryRun } = task.input;
  const file = yield* readUpload(task, folder, services);
  const lacking = mode === 'REPLACE' ? yield* findLacking(task, file, folder, services) : null;
  const lifting = lacking && task.checkpoint === null ? yield* previewLifting(task, lacking, services) : {};
  const { phase, after } = await countFile(task, file, lacking, lifting);
  let { rowsDone } = task;
  if (phase === 'ADD') {
    const additions = { runs: file.runs, takesOver: lacking?.earlier ?? [], after };
    rowsDone = yield* (isDryRun ? previewNumbers : addNumbers)(task, additions, services);
  }
  if (lacking && !isDryRun)
    yield* liftLacking(task, lacking, { after: phase === 'WITHDRAW' ? after : '', rowsDone }, services);
  // After a dry run the file is still to be imported.
  const release = (sql: Sql) => releaseUpload(sql, task, task.input.file.id);
  await task.save({ step: 'Done', checkpoint: { phase: 'DONE' } }, isDryRun ? undefined : release);
}

/** What was added before stays; the rest would be answered as listed and not count (R5.5). */
function archivedMeanwhile({ input }: ImportTask, error: unknown): unknown {
  if (!(error instanceof ListArchivedError)) return error;
  const message = `The list ${input.list.key} was archived meanwhile, and takes no more numbers. Those that were added stay on it. Take it into use again with updateList(isEnabled: true), and import the file again.`;
  return new TaskFailure('LIST_ARCHIVED', message);
}
