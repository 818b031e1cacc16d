import type { TaskRow } from '../tasks/task-row.ts';
import type { ImportInput, UndoImportInput } from './import-input.ts';

/** What became of a file's rows; together the first five account for every row of an import that is done (invariant 9). */
export interface ImportReport {
  readonly task: TaskRow;
  readonly input: ImportInput;
  readonly rowCount: number;
  readonly addedCount: number;
  readonly raisedCount: number;
  readonly alreadyListedCount: number;
  readonly duplicateCount: number;
  readonly invalidCount: number;
  readonly warningCount: number;
  readonly emptyLineCount: number;
  /** REPLACE: what the file lacks, as far as that was done. */
  readonly liftedCount: number;
  readonly keptCount: number;
  /** Dry runs only. */
  readonly newlyBlockedCount: number | null;
}

export function importReport(task: TaskRow): ImportReport {
  const { counts } = task;
  const input = task.input as unknown as ImportInput;
  const count = (name: string) => counts[name] ?? 0;
  return {
    task,
    input,
    rowCount: count('ROWS'),
    addedCount: count('ADDED'),
    raisedCount: count('RAISED'),
    alreadyListedCount: count('ALREADY_LISTED'),
    duplicateCount: count('DUPLICATE'),
    invalidCount: count('INVALID'),
    warningCount: count('WARNING'),
    emptyLineCount: count('EMPTY_LINES'),
    liftedCount: count('CHANGED'),
    keptCount: keptCodes.reduce((sum, code) => sum + count(code), 0),
    newlyBlockedCount: input.isDryRun ? count('NEWLY_BLOCKED') : null,
  };
}

const optedOutCodes = ['REFUSED_OPTED_OUT', 'REFUSED_EVIDENCE'];
const keptCodes = ['KEPT_CLAIMED', 'KEPT_EDITED', 'REFUSED_PERMANENT', ...optedOutCodes];

export interface UndoReport {
  readonly importId: string;
  readonly liftedCount: number;
  readonly keptClaimedCount: number;
  readonly keptEditedCount: number;
  readonly keptPermanentCount: number;
  readonly keptOptedOutCount: number;
}

export function undoReport({ counts, input }: TaskRow): UndoReport {
  const count = (name: string) => counts[name] ?? 0;
  return {
    importId: (input as unknown as UndoImportInput).importId,
    liftedCount: count('CHANGED'),
    keptClaimedCount: count('KEPT_CLAIMED'),
    keptEditedCount: count('KEPT_EDITED'),
    keptPermanentCount: count('REFUSED_PERMANENT'),
    keptOptedOutCount: optedOutCodes.reduce((sum, code) => sum + count(code), 0),
  };
}
