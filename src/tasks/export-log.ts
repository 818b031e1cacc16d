import type { Sql } from '../db/database.ts';
import { exportFileName, head, line } from '../domain/exports/export-format.ts';
import { keysOfLists } from '../domain/exports/exported-entry.ts';
import { exportedSets } from '../domain/exports/exported-sets.ts';
import { logColumns } from '../domain/exports/log-columns.ts';
import { changeLine, type ExportedSet, endLine, logLine, setLine } from '../domain/exports/log-lines.ts';
import type { LogExportTask } from '../domain/exports/start-log-export.ts';
import { type ResultServices, TaskFile } from './task-file.ts';
import type { RunningTask, TaskHandler } from './task-handler.ts';

/** What is in the file: up to which place of the log, and how many. */
interface Checkpoint {
  readonly position: number;
  readonly hash: string;
  readonly sets: number;
  readonly changes: number;
  readonly isDone?: true;
}

type Task = RunningTask<LogExportTask, Checkpoint>;

/** Writes the log to a file, whole sets in order, from where it was asked to where the log then ended. */
export function logExportHandler(services: ResultServices): TaskHandler<LogExportTask, Checkpoint> {
  return { kind: 'LOG_EXPORT', run: (task) => exportLog(services, task) };
}

async function* exportLog(services: ResultServices, task: Task): AsyncGenerator<void, void> {
  if (task.checkpoint?.isDone) return;
  const { database } = services;
  const { environmentId, input } = task;
  const { after, cursor, format } = input;
  const name = exportFileName('log', format, task.createdAt);
  const file = await TaskFile.open(services, task, { purpose: 'EXPORT', name });

  let done: Checkpoint = task.checkpoint ?? { position: after.position, hash: after.hash, sets: 0, changes: 0 };
  if (task.checkpoint === null) {
    file.write(format.kind === 'NDJSON' ? logLine(after, cursor) : head(format, logColumns));
    await file.save({ step: 'Writing the log', rowsTotal: cursor.position - after.position, checkpoint: done });
  }
  for (;;) {
    const sets = await exportedSets(database.read, environmentId, done.position, cursor.position);
    if (sets.length === 0) break;
    for (const text of await linesOf(database.read, task, sets)) file.write(text);
    done = behind(done, sets);
    await file.save({ rowsDone: done.changes, checkpoint: done });
    yield;
  }
  if (format.kind === 'NDJSON') file.write(endLine(done));
  await file.complete({ step: 'Done', rowsDone: done.changes, checkpoint: { ...done, isDone: true } });
}

async function linesOf(sql: Sql, { environmentId, input }: Task, sets: readonly ExportedSet[]): Promise<string[]> {
  const { format } = input;
  if (format.kind === 'NDJSON') return sets.flatMap((set) => [setLine(set), ...set.changes.map(changeLine)]);
  const lists = await keysOfLists(sql, environmentId);
  const rows = sets.flatMap(({ set, actor, changes }) =>
    changes.map((change) => ({
      set,
      actor,
      change,
      list: change.listId === null ? null : (lists.get(change.listId) ?? null),
    })),
  );
  return rows.map((row) => line(format, logColumns, row));
}

function behind(done: Checkpoint, sets: readonly ExportedSet[]): Checkpoint {
  const { set } = sets.at(-1)!;
  return {
    position: set.position,
    hash: set.hash.toString('hex'),
    sets: done.sets + sets.length,
    changes: sets.reduce((sum, { changes }) => sum + changes.length, done.changes),
  };
}
