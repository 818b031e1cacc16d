import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../../db/database.ts';
import { StoredFileGoneError } from '../../domain/files/stored-file-errors.ts';
import { storedFile } from '../../domain/files/stored-file-source.ts';
import { findStoredFile } from '../../domain/files/stored-files.ts';
import { insertRowProblems } from '../../domain/imports/row-problems.ts';
import { pausing } from '../pausing.ts';
import { type Pause, TaskFailure } from '../task-handler.ts';
import type { ImportTask } from './import-handler.ts';
import { readAnySize } from './read-any-size.ts';
import type { ReadFile } from './reading-messages.ts';

/**
 * Reads the upload into sorted runs in this folder, and keeps what is wrong with its rows, the first time it is read.
 * @throws TaskFailure
 */
export async function* readUpload(
  task: ImportTask,
  folder: string,
  { database }: { database: Database },
): AsyncGenerator<Pause, ReadFile> {
  const { input } = task;
  const isFirst = task.checkpoint === null;
  const path = join(folder, 'file');
  let step = 'Fetching the file';
  await task.save({ step });

  const work = async (signal: AbortSignal): Promise<ReadFile> => {
    const size = await fetchUpload(database, task, path, signal);
    const reading = isFirst ? 'Reading the file' : 'Reading the file again, to go on where it stopped';
    step = reading;
    return readAnySize(
      { path, name: input.file.name, format: input.format, reading: input, folder },
      size,
      {
        async problems(problems) {
          if (isFirst) await task.save({}, (sql) => insertRowProblems(sql, task, problems));
        },
        rows(count) {
          step = `${reading}: ${count.toLocaleString('en')} rows`;
        },
      },
      signal,
    );
  };
  return yield* pausing(work, () => task.save({ step }));
}

async function fetchUpload(
  { read }: Database,
  { environmentId, input }: ImportTask,
  path: string,
  signal: AbortSignal,
): Promise<number> {
  const upload = await findStoredFile(read, environmentId, input.file.id);
  if (!upload) throw gone();
  try {
    await pipeline(storedFile(read, upload).stream(), createWriteStream(path, { mode: 0o600 }), { signal });
    return upload.size;
  } catch (error) {
    throw error instanceof StoredFileGoneError ? gone() : error;
  }
}

function gone(): TaskFailure {
  return new TaskFailure(
    'FILE_GONE',
    'The upload was deleted or expired before the import was done. What was imported stays: upload the file again and import it once more, which adds only what is missing.',
  );
}
