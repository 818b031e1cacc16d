import type { Sql } from '../../db/database.ts';
import type { DownloadSource } from '../files/downloads.ts';
import { BYTE_ORDER_MARK, csvLine } from '../spreadsheets/csv-line.ts';
import { protectCell } from '../spreadsheets/formula-guard.ts';
import { readTasks } from '../tasks/task-row.ts';
import { type LineProblem, rowProblemPage } from './row-problems.ts';

const ROWS_AT_ONCE = 1_000;
const COLUMNS = ['line', 'severity', 'code', 'reason', 'raw value'] as const;

/** Downloads of what a task couldn't take from its file, as CSV, made while it is sent: however many there are. */
export function rowProblemDownloads(sql: Sql): DownloadSource {
  return async (environmentId, id) => {
    const [task] = await readTasks(sql, [{ environmentId, id }]);
    if (!task) return null;
    return { name: rowProblemFileName(id), mediaType: 'text/csv; charset=utf-8', size: null, bytes: csvOf(sql, task) };
  };
}

export function rowProblemFileName(taskId: string): string {
  return `row-problems-${taskId}.csv`;
}

async function* csvOf(sql: Sql, task: { environmentId: number; id: string }): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(BYTE_ORDER_MARK + csvLine(COLUMNS));
  for (let beyond: LineProblem | null = null; ; ) {
    const page: LineProblem[] = await rowProblemPage(sql, task, {
      severity: null,
      size: ROWS_AT_ONCE,
      backwards: false,
      beyond,
    });
    if (page.length > 0) yield Buffer.from(page.map(lineOf).join(''));
    if (page.length < ROWS_AT_ONCE) return;
    beyond = page.at(-1)!;
  }
}

/** Raw values come from strangers: none may run as a formula in whoever opens the file. */
function lineOf({ line, severity, code, message, raw }: LineProblem): string {
  return csvLine([String(line), severity, code, message, protectCell(raw)]);
}
