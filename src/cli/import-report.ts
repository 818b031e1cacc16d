import { EXIT, type ExitCode } from './exit-codes.ts';
import { fetchFile } from './fetch-file.ts';
import { graphql } from './gql/index.ts';
import { LONG_PATIENCE_MS } from './patience.ts';
import type { Session } from './session.ts';
import { isStandardOutput } from './targets.ts';

const IMPORT_REPORT = graphql(`
  query CommandImportReport($id: ID!) {
    task(id: $id) {
      import {
        fileName
        summary
        isDryRun
        rowCount
        addedCount
        raisedCount
        alreadyListedCount
        duplicateCount
        invalidCount
        emptyLineCount
        warningCount
        liftedCount
        keptCount
        newlyBlockedCount
        rowProblemsFile {
          url
          size
        }
      }
    }
  }
`);

/** Rows are the sum of the other five (invariant 9): these are always told. */
const account = {
  rowCount: 'rows',
  addedCount: 'added',
  raisedCount: 'made stricter',
  alreadyListedCount: 'listed already',
  duplicateCount: 'duplicates in the file',
  invalidCount: 'invalid',
} as const;

/** These when there are any. */
const further = {
  warningCount: 'with a warning',
  emptyLineCount: 'empty lines',
  liftedCount: 'lifted',
  keptCount: 'kept',
  newlyBlockedCount: 'newly blocked',
} as const;

/** What became of every row of a finished import. */
export async function tellImport(session: Session, id: string, invalidRows: string | undefined): Promise<ExitCode> {
  const { api, output } = session;
  const read = async () => (await api.ask(IMPORT_REPORT, { id }, LONG_PATIENCE_MS)).task!.import!;
  const { rowProblemsFile, summary, ...report } = await read();
  if (invalidRows !== undefined && rowProblemsFile) {
    await fetchFile(session, id, invalidRows, async () => (await read()).rowProblemsFile);
  }
  const exitCode = report.invalidCount > 0 ? EXIT.partly : EXIT.done;
  const counts = [
    ...Object.entries(account).map(([name, word]) => `${report[name as keyof typeof account]}\t${word}`),
    ...Object.entries(further).flatMap(([name, word]) => {
      const count = report[name as keyof typeof further];
      return count ? [`${count}\t${word}`] : [];
    }),
  ];
  // Standard output has the rows already.
  if (isStandardOutput(invalidRows)) output.note(counts.join('\n'));
  else await output.tell({ type: 'result', task: id, ...report, summary, exitCode }, ...counts);
  output.note(summary);
  if (rowProblemsFile && invalidRows === undefined) {
    output.note(`See which rows, and why, with \`quietline tasks fetch ${id} -o invalid.csv\`.`);
  }
  output.note(`The import's id is ${id}.`);
  return exitCode;
}
