import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failure.ts';
import { fetchFile } from '../fetch-file.ts';
import type { Channel, Direction, MessageType } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { indexOf } from '../import-columns.ts';
import { campaignOption, changeInput, messageTypeOption, oneOf, repeated } from '../options.ts';
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
import { checkTargets, isStandardOutput } from '../targets.ts';
import { followTask } from '../task.ts';

interface ScrubOptions extends TableOptions {
  readonly output: string;
  readonly blocked?: string;
  readonly channel: Channel;
  readonly direction: Direction;
  readonly campaign?: string;
  readonly messageType?: MessageType;
  readonly phoneColumn?: readonly string[];
}

export function addScrub(program: Command): void {
  const command = program
    .command('scrub')
    .description('Splits a file of leads: the rows that may be contacted, untouched, and the blocked ones with why.')
    .argument('<file>', 'CSV or Excel (.xlsx)')
    .requiredOption('-o, --output <file>', 'where the rows go that may be contacted')
    .option('--blocked <file>', 'where the blocked rows go')
    .addOption(oneOf('--channel <channel>', 'how they will be contacted', ['CALL', 'SMS']).makeOptionMandatory())
    .addOption(
      oneOf('--direction <direction>', 'who contacts whom', ['OUTBOUND', 'INBOUND']).default('OUTBOUND', 'outbound'),
    )
    .addOption(campaignOption())
    .addOption(messageTypeOption())
    .option(
      '--phone-column <column>',
      'a column with numbers, by its number from 1 or its name in the header; may be given several times, and then all must be free; by default the one that looks like it',
      repeated,
    )
    .action(withSession(scrub));
  addTableOptions(command);
  withExamples(command, 'quietline scrub leads.csv -o clean.csv --blocked blocked.csv --channel call');
}

const SCRUB = graphql(`
  mutation CommandScrub($input: StartScrubInput!) {
    startScrub(input: $input) {
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

const SCRUB_REPORT = graphql(`
  query CommandScrubReport($id: ID!) {
    task(id: $id) {
      scrub {
        checkedCount
        callableCount
        blockedCount
        invalidCount
        withoutConsentCount
        warnings {
          code
          message
        }
        cursor
        summary
        callableFile {
          url
          size
        }
        blockedFile {
          url
          size
        }
      }
    }
  }
`);

async function scrub(session: Session, file: string, options: ScrubOptions): Promise<ExitCode> {
  const { api, output } = session;
  const { channel, direction, campaign, messageType, country } = options;
  // What has the rows can't have the report too.
  const isPiped = [options.output, options.blocked].some(isStandardOutput);
  if (isPiped && output.json) throw wrongUse('With --json name files with -o and --blocked.');
  await checkTargets(
    [
      { name: '-o', file: options.output },
      { name: '--blocked', file: options.blocked },
    ],
    { name: 'The leads', file },
  );
  const upload = await uploadTable(session, file, options);
  const preview = await previewTable(session, upload, options);
  const phoneColumns = options.phoneColumn
    ? options.phoneColumn.map((column) => indexOf(column, '--phone-column', preview.columns))
    : [guessedPhoneColumn(session, preview)];
  const reading = { ...readingOf(options), defaultCountry: country };
  const contact = { channel, direction, campaign, messageType };
  const input = { upload, phoneColumns, ...contact, ...reading, ...changeInput({}) };
  const { id } = (await api.change(SCRUB, 'startScrub', { input }, LONG_PATIENCE_MS)).task!;
  await followTask(session, id);

  const report = async () => (await api.ask(SCRUB_REPORT, { id }, LONG_PATIENCE_MS)).task!.scrub!;
  await fetchFile(session, id, options.output, async () => (await report()).callableFile);
  if (options.blocked !== undefined)
    await fetchFile(session, id, options.blocked, async () => (await report()).blockedFile);
  const { callableFile: _callable, blockedFile: _blocked, summary, ...counts } = await report();
  const exitCode = counts.invalidCount > 0 ? EXIT.partly : EXIT.done;
  await output.tell(
    {
      type: 'result',
      task: id,
      ...counts,
      summary,
      file: options.output,
      blockedFile: options.blocked ?? null,
      exitCode,
    },
    ...(isPiped ? [] : [summary]),
  );
  if (isPiped) output.note(summary);
  return exitCode;
}
