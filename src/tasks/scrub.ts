import type { CursorCodec } from '../changes/cursor.ts';
import type { Sql } from '../db/database.ts';
import { releaseUpload } from '../domain/files/release-upload.ts';
import { StoredFileGoneError } from '../domain/files/stored-file-errors.ts';
import { storedFile } from '../domain/files/stored-file-source.ts';
import { findStoredFile } from '../domain/files/stored-files.ts';
import { type JudgedRow, judgeRows } from '../domain/scrubs/judge-rows.ts';
import { resultFileName } from '../domain/scrubs/result-file-name.ts';
import { type ResultLayout, ResultText, resultLayout } from '../domain/scrubs/result-text.ts';
import { rowChunks } from '../domain/scrubs/row-chunks.ts';
import type { ScrubInput, ScrubResult } from '../domain/scrubs/scrub-input.ts';
import type { FileRow } from '../domain/spreadsheets/file-format.ts';
import type { FileSource } from '../domain/spreadsheets/file-source.ts';
import { numberInHeader } from '../domain/spreadsheets/header-number.ts';
import { readRows } from '../domain/spreadsheets/read-rows.ts';
import { UnreadableFileError } from '../domain/spreadsheets/unreadable-file-error.ts';
import type { Verdicts } from '../domain/verdicts/check.ts';
import { patiently } from './patiently.ts';
import { type ResultServices, TaskFile } from './task-file.ts';
import { type BatchEnd, type RunningTask, TaskFailure, type TaskHandler } from './task-handler.ts';

/** Rows of one batch. PGlite serves nobody else while it looks up what is listed (P3.1). */
const BATCH = { postgres: 5_000, pglite: 1_000 } as const;

interface Checkpoint {
  /** Of the file, with the header and what stands above it: so many have been taken. */
  readonly records: number;
  /** Of the first batch; null before it. */
  readonly cursor: string | null;
  readonly layout: ResultLayout | null;
  readonly isCampaignUnknown?: true;
  readonly isDone?: true;
}

const START: Checkpoint = { records: 0, cursor: null, layout: null };

type Task = RunningTask<ScrubInput, Checkpoint>;

export interface ScrubServices extends ResultServices {
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
  const results = await openResults(services, task);
  let { records, cursor, layout, isCampaignUnknown }: Checkpoint = task.checkpoint ?? START;
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
    assertNoNumbers(head, input);
    for (const row of head) {
      results.callable.write(text.row(row));
      results.blocked.write(row.line === headerLine ? text.header(row) : text.row(row));
    }
    const leads = rows.slice(head.length);
    const judged =
      leads.length > 0 ? yield* patiently(services.patienceMs, () => judgeRows(judge, input, leads, cursor)) : null;
    if (judged) cursor ??= cursors.encode(judged.cursor);
    if (judged?.isCampaignUnknown) isCampaignUnknown = true;
    const unknown = isCampaignUnknown && { isCampaignUnknown };
    records += head.length;
    for (const part of writeRows(results, text, judged?.rows ?? [])) {
      records += part.rows;
      rowsDone += part.rows;
      await TaskFile.saveAll(Object.values(results), {
        step: stepOf(input),
        checkpoint: { records, cursor, layout, ...unknown } satisfies Checkpoint,
        rowsDone,
        count: part.count,
        ...(cursor !== null && { result: { cursor, ...unknown } satisfies ScrubResult }),
      });
      yield;
    }
  }
  const checkpoint: Checkpoint = { records, cursor, layout, isDone: true };
  await TaskFile.completeAll(Object.values(results), { step: 'Done', rowsTotal: rowsDone, checkpoint }, (sql) =>
    releaseUpload(sql, task, input.file.id),
  );
}

/** Nobody judges these rows, and they are in the callable file: the start looked at them already, but nothing may pass. */
function assertNoNumbers(head: readonly FileRow[], { phoneColumns, defaultCountry }: ScrubInput): void {
  const line = numberInHeader(head, phoneColumns, defaultCountry);
  if (line === null) return;
  throw new TaskFailure(
    'HEADER_HOLDS_NUMBERS',
    `Line ${line} has a phone number, but it was taken for the header or for what stands above it, which isn't checked. Start the scrub again and name the header's line (headerLine), say hasHeader: false if there is none, or take that line out of the file.`,
  );
}

function stepOf({ estimatedRows }: ScrubInput): string {
  return estimatedRows === null ? 'Checking the rows' : `Checking about ${estimatedRows.toLocaleString('en')} rows`;
}

interface Results {
  readonly callable: TaskFile;
  readonly blocked: TaskFile;
}

async function openResults(services: ResultServices, task: Task): Promise<Results> {
  const { name } = task.input.file;
  const open = (purpose: 'CALLABLE' | 'BLOCKED') =>
    TaskFile.open(services, task, { purpose, name: resultFileName(name, purpose) });
  return { callable: await open('CALLABLE'), blocked: await open('BLOCKED') };
}

async function uploadOf(sql: Sql, { environmentId, input }: Task): Promise<FileSource> {
  const upload = await findStoredFile(sql, environmentId, input.file.id);
  if (!upload) throw new StoredFileGoneError();
  return storedFile(sql, upload);
}

interface WrittenRows {
  readonly rows: number;
  readonly count: Readonly<Record<'CALLABLE' | 'BLOCKED' | 'INVALID' | 'WITHOUT_CONSENT', number>>;
}

/** Each row to where it belongs; to be saved at each yield: reasons may be much longer than the rows they stand behind. */
function* writeRows(
  { callable, blocked }: Results,
  text: ResultText,
  judged: readonly JudgedRow[],
): Generator<WrittenRows, void> {
  const none = { CALLABLE: 0, BLOCKED: 0, INVALID: 0, WITHOUT_CONSENT: 0 };
  let count = { ...none };
  let rows = 0;
  for (const [n, { row, block, lacksConsent }] of judged.entries()) {
    if (block) blocked.write(text.blocked(row, block));
    else callable.write(text.row(row));
    count[block?.outcome ?? 'CALLABLE'] += 1;
    if (!block && lacksConsent) count.WITHOUT_CONSENT += 1;
    rows += 1;
    if (n === judged.length - 1 || !(callable.isFull || blocked.isFull)) continue;
    yield { rows, count };
    count = { ...none };
    rows = 0;
  }
  yield { rows, count };
}
