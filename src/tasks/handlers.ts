import type { ChangeLog } from '../changes/change-log.ts';
import type { CursorCodec } from '../changes/cursor.ts';
import type { Database } from '../db/database.ts';
import type { Verdicts } from '../domain/verdicts/check.ts';
import { changeEntriesHandlers } from './change-entries-task.ts';
import { entryExportHandler } from './export-entries.ts';
import { logExportHandler } from './export-log.ts';
import { importHandler } from './import/import-handler.ts';
import { undoImportHandler } from './import/undo-handler.ts';
import { scrubHandler } from './scrub.ts';
import type { Spool } from './spool.ts';
import type { TaskHandler } from './task-handler.ts';

/** What handlers are made of. */
export interface HandlerParts {
  readonly database: Database;
  readonly log: ChangeLog;
  readonly spool: Spool;
  readonly verdicts: Verdicts;
  readonly cursors: CursorCodec;
  /** Of all files that tasks made for one environment. */
  readonly maxStoredResultBytes: number;
}

/** Every kind of task that this server can do. */
export function taskHandlers(parts: HandlerParts): readonly TaskHandler[] {
  return [
    importHandler(parts),
    undoImportHandler(parts),
    entryExportHandler(parts),
    logExportHandler(parts),
    scrubHandler(parts),
    ...changeEntriesHandlers(parts),
  ] as TaskHandler[];
}
