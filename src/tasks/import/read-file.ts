import { importRowReader } from '../../domain/imports/read-import-row.ts';
import type { LineProblem } from '../../domain/imports/row-problems.ts';
import { swallowedRows } from '../../domain/imports/swallowed-rows.ts';
import { localFile } from '../../domain/spreadsheets/file-source.ts';
import { readRows } from '../../domain/spreadsheets/read-rows.ts';
import { encodeRow, keyOf, type RowDefaults, rowDefaults } from './entry-line.ts';
import { fewRuns } from './merge-runs.ts';
import type { ReadFile, ReadingJob } from './reading-messages.ts';
import { RunSorter } from './run-sorter.ts';

/** Problems are told so many at a time. */
const PROBLEMS_AT_ONCE = 500;

export interface ReadingListener {
  /** Awaited: what can't be kept fast enough isn't read faster. */
  problems(problems: readonly LineProblem[]): Promise<void>;
  rows(count: number): void;
}

/**
 * Reads a file from beginning to end: what can be an entry goes into sorted runs, what is wrong with a row to the listener.
 * The same file and the same way of reading give the same runs and problems, every time.
 * @throws UnreadableFileError
 */
export async function readFile(job: ReadingJob, listener: ReadingListener): Promise<ReadFile> {
  const { path, name, format, reading, folder } = job;
  const readRow = importRowReader(reading);
  const defaults: RowDefaults = rowDefaults(reading);
  const sorter = new RunSorter(folder, 'rows');
  const present = new RunSorter(folder, 'present');
  const counts = { ROWS: 0, INVALID: 0, WARNING: 0 };
  let unreadable = 0;
  let swallowedLines = 0;
  let problems: LineProblem[] = [];
  const stats = { emptyRows: 0 };
  for await (const rows of readRows(localFile(path, name), format, { stats })) {
    for (const { line, cells } of rows) {
      const read = readRow(cells);
      counts.ROWS += 1;
      for (const [n, problem] of read.problems.entries()) {
        counts[problem.severity] += 1;
        problems.push({ ...problem, line, n });
      }
      if (read.phone === null) unreadable += 1;
      const swallowed = swallowedRows(cells, format, reading.columns.phone);
      if (swallowed) {
        counts.WARNING += 1;
        problems.push({ ...swallowed.problem, line, n: read.problems.length });
        // Which numbers these are nobody can say for sure: none may be lifted for the lack of one.
        swallowedLines += swallowed.count;
      }
      const full = read.row
        ? sorter.add(encodeRow(read.row, line, defaults))
        : read.phone !== null && present.add(`${keyOf(read.phone)}\t`);
      if (full instanceof Promise) await full;
      if (problems.length < PROBLEMS_AT_ONCE) continue;
      await listener.problems(problems);
      problems = [];
    }
    listener.rows(counts.ROWS);
  }
  if (problems.length > 0) await listener.problems(problems);
  return {
    runs: await fewRuns(await sorter.finish()),
    presentRuns: await fewRuns(await present.finish()),
    unreadable,
    swallowed: swallowedLines,
    counts: { ...counts, EMPTY_LINES: stats.emptyRows },
  };
}
