import { type Command, InvalidArgumentError } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failure.ts';
import type { ImportColumnsInput, StartImportInput } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { addColumnOptions, type ColumnOptions, columnsOf } from '../import-columns.ts';
import { tellImport } from '../import-report.ts';
import { type ChangeOptions, changeInput } from '../options.ts';
import { LONG_PATIENCE_MS } from '../patience.ts';
import { type Session, withSession } from '../session.ts';
import {
  addTableOptions,
  guessedPhoneColumn,
  previewTable,
  readingOf,
  type TableOptions,
  uploadTable,
} from '../table-file.ts';
import { tellPreview } from '../table-preview.ts';
import { checkTargets, isStandardOutput } from '../targets.ts';
import { followTask } from '../task.ts';

export interface ImportOptions extends ColumnOptions, TableOptions, Pick<ChangeOptions, 'onBehalfOf'> {
  readonly list?: string;
  readonly firstColumn?: boolean;
  readonly reason?: string;
  readonly approved?: boolean;
  readonly permanent?: boolean;
  readonly replace?: boolean;
  readonly origin?: string;
  readonly maxLiftedShare?: number;
  readonly dryRun?: boolean;
  readonly preview?: boolean;
  readonly invalidRows?: string;
  readonly detach?: boolean;
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('Lists the numbers of a file of any size, and accounts for every row.')
    .argument('<file>', 'CSV or Excel (.xlsx)')
    .option('--list <key>', 'the list, such as DNC')
    .option('--preview', 'only show how the file is read: its columns, and which one has the numbers')
    .option('--dry-run', 'only count what would become of each row; nothing changes')
    .option('--first-column', 'the first column has the numbers; ignore the rest')
    .option('--reason <text>', 'why, for rows without a reason of their own')
    .option('--approved', 'mark all as approved; by default they wait for review, and block meanwhile')
    .option('--permanent', 'as approved permanently: nobody can ever take it back')
    .option('--origin <name>', 'where the file comes from, such as "vendor nightly"')
    .option('--replace', "lift what earlier files of this origin have listed and this one doesn't have")
    .option(
      '--max-lifted-share <share>',
      'with --replace: change nothing when more than this share would be lifted',
      shareOf,
    )
    .option(
      '--as-opt-outs',
      'opt-outs carried over from another system: only START can lift them, and nobody can undo it',
    )
    .option('--invalid-rows <file>', 'save the rows that could not be taken, or not as they are, with line and reason')
    .option('--detach', "don't wait: print the task's id")
    .option('--on-behalf-of <id>', 'the person behind a shared key, by their id in your system; kept in the log')
    .action(withSession(importFile));
  addColumnOptions(command);
  addTableOptions(command);
  withExamples(
    command,
    'quietline import leads.xlsx --preview',
    'quietline import dnc.csv --list DNC --phone-column Phone --reason-column Why --invalid-rows invalid.csv',
    'quietline import nightly.csv --list DNC --origin vendor --replace --approved --json',
  );
}

function shareOf(text: string): number {
  const share = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || share > 1)
    throw new InvalidArgumentError('It must be a number from 0 to 1, such as 0.1.');
  return share;
}

const IMPORT = graphql(`
  mutation CommandImport($input: StartImportInput!) {
    startImport(input: $input) {
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

async function importFile(session: Session, file: string, options: ImportOptions): Promise<ExitCode> {
  const { api, output } = session;
  const list = options.preview ? undefined : listOf(options);
  if (output.json && isStandardOutput(options.invalidRows))
    throw wrongUse('With --json name a file with --invalid-rows.');
  await checkTargets([{ name: '--invalid-rows', file: options.invalidRows }], { name: 'The file to import', file });
  const upload = await uploadTable(session, file, options);
  if (list === undefined) return tellPreview(session, upload, options);

  const columns = await columnsFor(session, upload, options);
  const input: StartImportInput = { upload, list, columns, ...wishesOf(options), ...changeInput(options) };
  const { id } = (await api.change(IMPORT, 'startImport', { input }, LONG_PATIENCE_MS)).task!;
  if (options.detach) {
    await output.tell({ type: 'result', task: id, upload, exitCode: EXIT.done }, id);
    output.note(`See how far it is with \`quietline tasks watch ${id}\`.`);
    return EXIT.done;
  }
  await followTask(session, id);
  return tellImport(session, id, options.invalidRows);
}

/** What the server would refuse only after the file was sent. */
function listOf({
  list,
  approved,
  permanent,
  replace,
  origin,
  maxLiftedShare,
  detach,
  invalidRows,
}: ImportOptions): string {
  if (list === undefined) throw wrongUse('Name the list with --list, such as --list DNC.');
  if (approved && permanent) throw wrongUse('Choose --approved or --permanent, not both.');
  if (replace && origin === undefined) throw wrongUse('--replace works within a named origin: add --origin.');
  if (maxLiftedShare !== undefined && !replace) throw wrongUse('--max-lifted-share belongs to --replace.');
  if (detach && invalidRows !== undefined)
    throw wrongUse('--invalid-rows has to wait for the end: leave --detach out.');
  return list;
}

/** Null: the first column has the numbers, and the rest is ignored. */
async function columnsFor(
  session: Session,
  upload: string,
  options: ImportOptions,
): Promise<ImportColumnsInput | null> {
  if (options.firstColumn) return null;
  const preview = await previewTable(session, upload, options);
  for (const note of preview.notes) session.output.note(note);
  const phone = options.phoneColumn === undefined ? guessedPhoneColumn(session, preview) : null;
  return { phone, ...columnsOf(options, preview.columns) };
}

function wishesOf(options: ImportOptions) {
  const { country, reason, approved, permanent, replace, origin, maxLiftedShare, asOptOuts, dryRun } = options;
  return {
    ...readingOf(options),
    defaultCountry: country,
    reason,
    review: permanent ? 'PERMANENT' : approved ? 'APPROVED' : 'FOR_REVIEW',
    mode: replace ? 'REPLACE' : 'ADD',
    origin,
    maxLiftedShare,
    asOptOuts: asOptOuts ?? false,
    isDryRun: dryRun ?? false,
  } as const;
}
