import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { addEntryFilterOptions, type EntryFilterOptions, entryFilterOf } from '../entry-filter.ts';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failure.ts';
import { fetchFile } from '../fetch-file.ts';
import type { ExportFormat } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { oneOf } from '../options.ts';
import { LONG_PATIENCE_MS } from '../patience.ts';
import { type Session, withSession } from '../session.ts';
import { checkTargets, isStandardOutput } from '../targets.ts';
import { followTask } from '../task.ts';

interface ExportOptions extends EntryFilterOptions {
  readonly format: ExportFormat;
  readonly raw?: boolean;
  readonly output?: string;
}

export interface FileOptions {
  readonly output?: string;
}

export function addExport(program: Command): void {
  const command = addEntryFilterOptions(program.command('export'))
    .description('Writes the entries that fit the filter, by default all, to a file.')
    .option('-o, --output <file>', 'where to; by default to standard output')
    .addOption(oneOf('--format <format>', 'of the file', ['CSV', 'NDJSON']).default('CSV', 'csv'))
    .option('--raw', 'CSV for programs: without what keeps a spreadsheet from taking a text for a formula')
    .action(withSession(exportEntries));
  withExamples(
    command,
    'quietline export --list DNC -o dnc.csv',
    'quietline export --status pending --format ndjson | jq .phone',
  );
}

const START_EXPORT = graphql(`
  mutation CommandExport($input: StartEntryExportInput!) {
    startEntryExport(input: $input) {
      notice
      task {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function exportEntries(session: Session, options: ExportOptions): Promise<ExitCode> {
  await checkOutput(session, options);
  const { format, raw = false } = options;
  const filterBy = entryFilterOf(options) ?? null;
  const input = { filterBy, format, isForSpreadsheet: !raw, idempotencyKey: randomUUID() };
  const { task } = await session.api.change(START_EXPORT, 'startEntryExport', { input });
  return fetchExport(session, task!.id, options);
}

/** Before anything is begun. Standard output is either the file or what programs read of the command. */
export async function checkOutput({ output }: Session, { output: file }: FileOptions): Promise<void> {
  if (output.json && (file === undefined || isStandardOutput(file))) throw wrongUse('With --json name a file with -o.');
  await checkTargets([{ name: '-o', file }]);
}

const EXPORT_REPORT = graphql(`
  query CommandExportReport($id: ID!) {
    task(id: $id) {
      export {
        rowCount
        format
        cursor
        file {
          url
          size
        }
      }
    }
  }
`);

/** Waits for an export, and fetches its file. */
export async function fetchExport(session: Session, id: string, { output: file }: FileOptions): Promise<ExitCode> {
  const { api, output } = session;
  await followTask(session, id);
  const report = async () => (await api.ask(EXPORT_REPORT, { id }, LONG_PATIENCE_MS)).task?.export;
  await fetchFile(session, id, file, async () => (await report())?.file);
  const { rowCount = 0, cursor = null, format = null } = (await report()) ?? {};
  if (file !== undefined && !isStandardOutput(file)) {
    await output.tell(
      { type: 'result', task: id, file, format, rowCount, cursor, exitCode: EXIT.done },
      `${rowCount} rows\t${file}`,
    );
  }
  if (cursor)
    output.note(`It has everything up to a place in the log: go on with \`quietline watch --after ${cursor}\`.`);
  return EXIT.done;
}
