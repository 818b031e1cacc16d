import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failure.ts';
import type { Channel, CheckBatchInput, Direction, MessageType } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { inBatches, readNumbers } from '../lines.ts';
import { campaignOption, messageTypeOption, oneOf } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface CheckOptions {
  readonly channel: Channel;
  readonly direction: Direction;
  readonly campaign?: string;
  readonly messageType?: MessageType;
  readonly batch?: string;
}

/** Well below what a call may hold, so that a long file flows. */
const BATCH_NUMBERS = 10_000;

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('Asks whether contacts may happen: one line for each number, ALLOW or BLOCK and why.')
    .argument('[number...]', 'numbers as people write them')
    .addOption(oneOf('--channel <channel>', 'how', ['CALL', 'SMS']).default('CALL', 'call'))
    .addOption(
      oneOf('--direction <direction>', 'who contacts whom', ['OUTBOUND', 'INBOUND']).default('OUTBOUND', 'outbound'),
    )
    .addOption(campaignOption())
    .addOption(messageTypeOption())
    .option('--batch <file>', 'a file with one number on each line; - for standard input')
    .action(withSession(check));
  withExamples(command, 'quietline check "(415) 123-4567" --channel sms', 'quietline check --batch numbers.txt --json');
}

async function check(session: Session, numbers: string[], options: CheckOptions): Promise<ExitCode> {
  if (options.batch === undefined && numbers.length === 0) throw wrongUse('Name a number, or a file with --batch.');
  if (options.batch !== undefined && numbers.length > 0) throw wrongUse('Give numbers or --batch, not both.');
  const [number] = numbers;
  if (numbers.length === 1 && number !== undefined) return checkOne(session, number, options);
  return checkMany(session, options.batch === undefined ? numbers : readNumbers(options.batch), options);
}

const CHECK = graphql(`
  query CommandCheck(
    $phone: String!
    $channel: Channel!
    $direction: Direction!
    $campaign: String
    $messageType: MessageType
  ) {
    check(phone: $phone, channel: $channel, direction: $direction, campaign: $campaign, messageType: $messageType) {
      decision
      phone
      message
      cursor
      reasons {
        code
        listKey
        problem {
          message
          remedy
        }
      }
      warnings {
        code
        message
      }
      campaignKey
      consent {
        messageType
        required
        isSufficient
      }
    }
  }
`);

async function checkOne({ api, output }: Session, number: string, options: CheckOptions): Promise<ExitCode> {
  const { channel, direction, campaign, messageType } = options;
  const { check: verdict } = await api.ask(CHECK, { phone: number, channel, direction, campaign, messageType });
  const { decision, phone, message, cursor, reasons, warnings, campaignKey, consent } = verdict!;
  const exitCode = decision === 'ALLOW' ? EXIT.done : EXIT.blocked;
  const lists = reasons.flatMap(({ listKey }) => listKey ?? []);
  const why = reasons.map(({ code, listKey }) => listKey ?? code).join(',');
  const asked = { channel, direction, campaignKey, consent };
  await output.tell(
    { type: 'result', decision, number, phone, ...asked, lists, reasons, warnings, message, cursor, exitCode },
    [decision, number, why, message].join('\t'),
  );
  for (const warning of warnings) output.note(warning.message);
  return exitCode;
}

const CHECK_BATCH = graphql(`
  query CommandCheckBatch($input: CheckBatchInput!) {
    checkBatch(input: $input) {
      allowedCount
      blockedCount
      invalidCount
      checkedCount
      cursor
      withoutConsent
      warnings {
        code
        message
      }
      blocked {
        index
        phone
        lists
        reasons {
          code
        }
      }
      invalid {
        index
        problem {
          code
          message
          remedy
        }
      }
    }
  }
`);

async function checkMany(
  { api, output }: Session,
  numbers: Iterable<string> | AsyncIterable<string>,
  { channel, direction, campaign, messageType }: CheckOptions,
): Promise<ExitCode> {
  const counts = { checkedCount: 0, allowedCount: 0, blockedCount: 0, invalidCount: 0 };
  const asked = { channel, direction, campaign, messageType };
  const warnings = new Map<string, { readonly code: string; readonly message: string }>();
  let withoutConsentCount = 0;
  let cursor: string | null = null;
  for await (const batch of inBatches(numbers, BATCH_NUMBERS)) {
    const input: CheckBatchInput = { ...asked, atLeast: cursor, numbers: batch.map((phone) => ({ phone })) };
    const answer = (await api.ask(CHECK_BATCH, { input })).checkBatch!;
    cursor = answer.cursor;
    for (const name of ['checkedCount', 'allowedCount', 'blockedCount', 'invalidCount'] as const) {
      counts[name] += answer[name];
    }
    for (const warning of answer.warnings) warnings.set(warning.code, warning);
    const withoutConsent = answer.withoutConsent && new Set(answer.withoutConsent);
    withoutConsentCount += withoutConsent?.size ?? 0;
    const blocked = new Map(answer.blocked.map((each) => [each.index, each]));
    const invalid = new Map(answer.invalid.map((each) => [each.index, each.problem]));
    for (const [index, number] of batch.entries()) {
      const { phone = null, lists = [], reasons = [] } = blocked.get(index) ?? {};
      const problem = invalid.get(index) ?? null;
      const decision = blocked.has(index) || problem ? 'BLOCK' : 'ALLOW';
      const others = reasons.flatMap(({ code }) => (code === 'LISTED' ? [] : [code]));
      const why = problem ? problem.code : [...lists, ...others].join(',');
      const consent = withoutConsent && { isSufficient: !problem && !withoutConsent.has(index) };
      await output.tell(
        { type: 'verdict', decision, number, phone, lists, problem, ...(consent && { consent }) },
        [decision, number, why].join('\t'),
      );
    }
  }
  const { checkedCount, allowedCount, blockedCount, invalidCount } = counts;
  const exitCode = allowedCount === checkedCount ? EXIT.done : EXIT.blocked;
  const lacking = messageType && { withoutConsentCount };
  const told = { ...counts, ...lacking, channel, direction, warnings: [...warnings.values()] };
  await output.tell({ type: 'result', ...told, cursor, exitCode });
  output.note(
    `${checkedCount} checked: ${allowedCount} may be contacted, ${blockedCount} are ${messageType ? 'blocked' : 'listed'}, ${invalidCount} can't be read.`,
  );
  if (messageType) output.note(`${withoutConsentCount} lack sufficient consent.`);
  for (const { message } of warnings.values()) output.note(message);
  return exitCode;
}
