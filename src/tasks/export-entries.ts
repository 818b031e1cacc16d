import type { Database } from '../db/database.ts';
import { sqlState } from '../db/database-errors.ts';
import type { EntryConditions } from '../domain/entries/entry-conditions.ts';
import { entryCount } from '../domain/entries/entry-count.ts';
import type { EntryFilter } from '../domain/entries/entry-filter.ts';
import { inIndexOrder } from '../domain/entries/in-index-order.ts';
import type { EntryViewer } from '../domain/entries/stored-selection.ts';
import { entryColumns } from '../domain/exports/entry-columns.ts';
import {
  type EntryKey,
  type EntryRecord,
  entriesBetween,
  fewEntries,
  keyFurtherOn,
} from '../domain/exports/entry-keys.ts';
import { exportFileName, head, line } from '../domain/exports/export-format.ts';
import { exportedEntries } from '../domain/exports/exported-entry.ts';
import type { EntryExportTask } from '../domain/exports/start-entry-export.ts';
import { storedConditions } from './stored-conditions.ts';
import { type ResultServices, TaskFile } from './task-file.ts';
import type { RunningTask, TaskHandler } from './task-handler.ts';

/** Rows of one look: 5,000 take about 20 ms. PGlite serves nobody else meanwhile. */
const WINDOW = { postgres: 5_000, pglite: 1_000 } as const;
/** Rows whose texts are in memory at once: they have up to 10,000 characters each. */
const SLICE = 250;
/** Progress is saved when a part is full, or when nobody has heard for so long. */
const SAVE_MS = 500;

/** The last row that is in the file; `isDone` when it is whole. */
interface Checkpoint {
  readonly after: EntryKey | null;
  readonly isDone?: true;
}

type Task = RunningTask<EntryExportTask, Checkpoint>;

/** Writes entries to a file, in the order of their unique key: page 10,000 costs what page 1 costs. */
export function entryExportHandler(services: ResultServices): TaskHandler<EntryExportTask, Checkpoint> {
  return { kind: 'ENTRY_EXPORT', run: (task) => exportEntries(services, task) };
}

async function* exportEntries(services: ResultServices, task: Task): AsyncGenerator<void, void> {
  if (task.checkpoint?.isDone) return;
  const { database } = services;
  const { environmentId, input } = task;
  const { viewer, filter, conditions } = await storedConditions(database.read, environmentId, input.selection);
  const seesEvidence = viewer.can('evidence:see');
  const columns = entryColumns(seesEvidence);
  const name = exportFileName('entries', input.format, task.createdAt);
  const file = await TaskFile.open(services, task, { purpose: 'EXPORT', name });

  if (task.checkpoint === null) {
    file.write(head(input.format, columns));
    const rowsTotal = await total(database, viewer, filter);
    await file.save({ step: 'Writing the entries', rowsTotal, checkpoint: { after: null } });
  }
  let { rowsDone } = task;
  let savedAt = performance.now();
  for await (const { records, end } of windows(database, conditions, task)) {
    for (let n = 0; n < records.length; n += SLICE) {
      const slice = records.slice(n, n + SLICE);
      const entries = await exportedEntries(database.read, environmentId, slice, seesEvidence);
      for (const entry of entries) file.write(line(input.format, columns, entry));
      rowsDone += slice.length;
      if (!file.isFull) continue;
      await file.save({ rowsDone, checkpoint: { after: keyOf(slice.at(-1)!) } });
      savedAt = performance.now();
      yield;
    }
    if (end === null) break;
    if (performance.now() - savedAt > SAVE_MS) {
      await file.save({ rowsDone, checkpoint: { after: end } });
      savedAt = performance.now();
    }
    yield;
  }
  await file.complete({ step: 'Done', rowsDone, rowsTotal: rowsDone, checkpoint: { after: null, isDone: true } });
}

/** What fits, stretch by stretch of the unique key; `end` is the key up to which everything was looked at, null at the end. */
async function* windows(
  database: Database,
  conditions: EntryConditions,
  { environmentId, checkpoint }: Task,
): AsyncGenerator<{ records: EntryRecord[]; end: EntryKey | null }, void> {
  const size = WINDOW[database.kind];
  let after = checkpoint?.after ?? null;
  // A handful in a long list is found by an index of its own, instead of a walk past everything else.
  const few = after === null ? await unlessTimeout(fewEntries(database.read, conditions, size)) : null;
  if (few) {
    yield { records: few, end: null };
    return;
  }
  do {
    const from = after;
    const window = await inIndexOrder(database, async (sql) => {
      const end = await keyFurtherOn(sql, environmentId, from, size);
      return { records: await entriesBetween(sql, conditions, from, end), end };
    });
    yield window;
    after = window.end;
  } while (after !== null);
}

/** How many there will be, as far as that is known at once. */
async function total(database: Database, viewer: EntryViewer, filter: EntryFilter | null): Promise<number | null> {
  const counted = await unlessTimeout(entryCount(database, viewer, filter));
  return counted?.isExact ? counted.count : null;
}

/** Null when the database stopped it because it took too long (P3.3). */
async function unlessTimeout<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (sqlState(error) === '57014') return null;
    throw error;
  }
}

function keyOf({ phone, listId, source }: EntryRecord): EntryKey {
  return { phone, listId, source };
}
