import type { CursorCodec } from '../changes/cursor.ts';
import type { Database, Sql } from '../db/database.ts';
import { StoredFileGoneError } from '../domain/files/stored-file-errors.ts';
import { storedFile } from '../domain/files/stored-file-source.ts';
import { findStoredFile } from '../domain/files/stored-files.ts';
import { type JudgedRow, judgeRows } from '../domain/scrubs/judge-rows.ts';
import { resultFileName } from '../domain/scrubs/result-file-name.ts';
import { type ResultLayout, ResultText, resultLayout } from '../domain/scrubs/result-text.ts';
import { rowChunks } from '../domain/scrubs/row-chunks.ts';
import type { ScrubInput, ScrubResult } from '../domain/scrubs/scrub-input.ts';
import type { FileSource } from '../domain/spreadsheets/file-source.ts';
import { readRows } from '../domain/spreadsheets/read-rows.ts';
import { UnreadableFileError } from '../domain/spreadsheets/unreadable-file-error.ts';
import type { Verdicts } from '../domain/verdicts/check.ts';
import { patiently } from './patiently.ts';
import { TaskFile } from './task-file.ts';
import { type BatchEnd, type RunningTask, TaskFailure, type TaskHandler } from './task-handler.ts';

/** Rows of one batch. PGlite serves nobody else while it looks up what is listed (P3.1). */
const BATCH = { postgres: 5_000, pglite: 1_000 } as const;

interface Checkpoint {
  /** Of the file, with the header and what stands above it: so many have been taken. */
  readonly records: number;
  /** Of the first batch; null before it. */
  readonly cursor: string | null;
  readonly layout: ResultLayout | null;
  readonly isDone?: true;
}

type Task = RunningTask<ScrubInput, Checkpoint>;

export interface ScrubServices {
  readonly database: Database;
  readonly verdicts: Pick<Verdicts, 'checkBatch'>;
  readonly cursors: CursorCodec;
  /** How long this server may be unable to vouch for its answers before the scrub fails; default a minute. */
  readonly patienceMs?: number;
}

/**
 * Splits a file into rows that may be contacted and rows that may not, in its order, each batch at one place in the log.
 * No batch's place is before the first one's, also after another server took over. So every number that was blocked at the
 * first place, and has not been lifted since, is in the blocked file; and whoever follows the log from there learns of
 * every later change: nothing falls in between.
 */
export function scrubHandler(services: ScrubServices): TaskHandler<ScrubInput, Checkpoint> {
  return {
    kind: 'SCRUB',
    async *run(task) {
      try {
        yield* scrub(services, task);
      } catch (error) {
        const isOver = error instanceof UnreadableFileError || error instanceof StoredFileGoneError;
        throw isOver ? new TaskFailure(error.code, error.message) : error;
      }
    },
  };
}

async function* scrub(services: ScrubServices, task: Task): AsyncGenerator<BatchEnd, void> {
  if (task.checkpoint?.isDone) return;
  const { database, verdicts, cursors } = services;
  const { environmentId, input } = task;
  const judge = { verdicts, sql: database.read, environmentId };
  const headerLine = input.format.headerLine ?? 0;
  const source = await uploadOf(database.read, task);
  const results = await openResults(database, task);
  let { records, cursor, layout } = task.checkpoint ?? { records: 0, cursor: null, layout: null };
  let { rowsDone } = task;

  const batches = readRows(source, input.format, { raw: true, withHeader: true });
  for await (const rows of rowChunks(batches, { skip: records, size: BATCH[database.kind] })) {
    if (rows.length === 0) {
      yield;
      continue;
    }
    layout ??= await resultLayout(source, input.format, rows);
    const text = new ResultText(layout);
    if (records === 0) for (const file of Object.values(results)) file.write(layout.start);
    const head = rows.filter(({ line }) => line <= headerLine);
    for (const row of head) {
      results.callable.write(text.row(row));
      results.blocked.write(row.line === headerLine ? text.header(row) : text.row(row));
    }
    const leads = rows.slice(head.length);
    const judged =
      leads.length > 0 ? yield* patiently(services.patienceMs, () => judgeRows(judge, input, leads, cursor)) : null;
    const count = writeRows(results, text, judged?.rows ?? []);
    if (judged) cursor ??= cursors.encode(judged.cursor);
    records += rows.length;
    rowsDone += leads.length;
    await TaskFile.saveAll(Object.values(results), {
      step: stepOf(input),
      checkpoint: { records, cursor, layout } satisfies Checkpoint,
      rowsDone,
      count,
      ...(cursor !== null && { result: { cursor } satisfies ScrubResult }),
    });
    yield;
  }
  const checkpoint: Checkpoint = { records, cursor, layout, isDone: true };
  await TaskFile.completeAll(Object.values(results), { step: 'Done', rowsTotal: rowsDone, checkpoint });
}

function stepOf({ estimatedRows }: ScrubInput): string {
  return estimatedRows === null ? 'Checking the rows' : `Checking about ${estimatedRows.toLocaleString('en')} rows`;
}

interface Results {
  readonly callable: TaskFile;
  readonly blocked: TaskFile;
}

async function openResults(database: Database, task: Task): Promise<Results> {
  const { name } = task.input.file;
  const open = (purpose: 'CALLABLE' | 'BLOCKED') =>
    TaskFile.open(database, task, { purpose, name: resultFileName(name, purpose) });
  return { callable: await open('CALLABLE'), blocked: await open('BLOCKED') };
}

async function uploadOf(sql: Sql, { environmentId, input }: Task): Promise<FileSource> {
  const upload = await findStoredFile(sql, environmentId, input.file.id);
  if (!upload) throw new StoredFileGoneError();
  return storedFile(sql, upload);
}

/** Each row to where it belongs; answers how many of each kind there were. */
function writeRows({ callable, blocked }: Results, text: ResultText, rows: readonly JudgedRow[]) {
  const count = { CALLABLE: 0, BLOCKED: 0, INVALID: 0 };
  for (const { row, block } of rows) {
    if (block) blocked.write(text.blocked(row, block));
    else callable.write(text.row(row));
    count[block?.outcome ?? 'CALLABLE'] += 1;
  }
  return count;
}
