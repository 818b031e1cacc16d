import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure, wrongUse } from '../failure.ts';
import { follow } from '../follow.ts';
import type { CommandWatchSubscription } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { onInterrupt } from '../interrupt.ts';
import { listed } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface WatchOptions {
  readonly after?: string;
  readonly list?: readonly string[];
  readonly cursorFile?: string;
}

export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('Follows the feed: every change of the lists, in order, none left out, across lost connections.')
    .option('--after <cursor>', 'go on after this place in the log; by default from now on')
    .option('--list <key>', 'only changes of entries on this list; may be given several times', listed)
    .option('--cursor-file <file>', 'keep the last cursor in this file, and go on from it next time')
    .action(withSession(watch));
  withExamples(
    command,
    'quietline watch --list DNC',
    'quietline watch --json --cursor-file dnc.cursor >> changes.ndjson',
  );
}

const WATCH = graphql(`
  subscription CommandWatch($after: ChangeCursor, $lists: [String!]) {
    entryChanges(after: $after, lists: $lists) {
      __typename
      ... on Bookmark {
        cursor
      }
      ... on ResyncRequired {
        reason
        message
      }
      ... on ChangeBatch {
        cursor
        changes {
          kind
          at
          phone
          position
          entryId
          externalReference
          status
          source
          reason
          expiresAt
          endUserOptedOut
          list {
            key
          }
          blocked {
            outboundCall
            outboundSms
            inboundCall
            inboundSms
          }
        }
        consentChanges {
          at
          phone
          position
          sufficesFor
          isThreadOnly
        }
        listChanges {
          at
          list {
            key
            name
            isEnabled
            campaigns
            blocks {
              outboundCall
              outboundSms
              inboundCall
              inboundSms
            }
          }
        }
        campaignChanges {
          at
          campaign {
            key
            name
            isEnabled
            optOutDetection
            phrases
            ivrOptOutKeys
          }
        }
        settingChanges {
          at
          settings {
            enforcePending
            consentEnforcement
            stopBlocksCalls
            defaultCountry
            businessName
          }
        }
      }
    }
  }
`);

type Message = CommandWatchSubscription['entryChanges'];
type Batch = Extract<Message, { __typename: 'ChangeBatch' }>;

/** A follower waits for its server however long it is away. */
const FOREVER_MS = Number.POSITIVE_INFINITY;

async function watch(session: Session, options: WatchOptions): Promise<ExitCode> {
  const { output } = session;
  let cursor = options.after ?? readCursor(options.cursorFile) ?? null;
  onInterrupt(output, EXIT.done, () => ({
    message: cursor ? `Go on from here with: quietline watch --after ${cursor}` : 'Nothing was received.',
    facts: { cursor },
  }));
  const messages = follow(session, WATCH, () => ({ after: cursor, lists: options.list ? [...options.list] : null }), {
    patienceMs: FOREVER_MS,
    onLost: ({ message }) => output.note(message),
  });
  for await (const { entryChanges: message } of messages) {
    if (message.__typename === 'ResyncRequired') {
      throw new CommandFailure(EXIT.resync, `RESYNC_${message.reason}`, message.message);
    }
    const { __typename, ...body } = message;
    const texts = __typename === 'ChangeBatch' ? textsOf(message as Batch) : [];
    await output.tell({ type: __typename === 'Bookmark' ? 'bookmark' : 'changes', ...body }, ...texts);
    // After what came with it was handed on, so that a crash repeats a message and loses none (PROTOCOL.md 47).
    cursor = message.cursor;
    keepCursor(options.cursorFile, cursor);
  }
  return EXIT.done;
}

function textsOf({ changes, consentChanges, listChanges, campaignChanges, settingChanges }: Batch): string[] {
  return [
    ...changes.map(({ at, kind, phone, list, status, blocked, reason }) =>
      [at, kind, phone, list.key, status ?? '-', blockedText(blocked), reason ?? ''].join('\t'),
    ),
    ...consentChanges.map(({ at, phone, sufficesFor, isThreadOnly }) =>
      [at, 'CONSENT', phone, consentText(sufficesFor, isThreadOnly)].join('\t'),
    ),
    // Before the lists, which name them.
    ...campaignChanges.map(({ at, campaign }) =>
      [at, 'CAMPAIGN', campaign.key, campaign.isEnabled ? campaign.name : 'archived'].join('\t'),
    ),
    ...listChanges.map(({ at, list }) =>
      [at, 'LIST', list.key, list.isEnabled ? blockedText(list.blocks) : 'disabled', listText(list)].join('\t'),
    ),
    ...settingChanges.map(({ at, settings }) =>
      [at, 'SETTING', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join('\t'),
    ),
  ];
}

function consentText(sufficesFor: readonly string[], isThreadOnly: boolean): string {
  const types = sufficesFor.map((type) => `${type}${type === 'CONVERSATIONAL' && isThreadOnly ? ' (own thread)' : ''}`);
  return types.length > 0 ? `consent: ${types.join(', ')}` : 'no consent';
}

function listText({ campaigns }: Batch['listChanges'][number]['list']): string {
  return campaigns.length > 0 ? `campaigns: ${campaigns.join(', ')}` : 'all campaigns';
}

function blockedText({
  outboundCall,
  outboundSms,
  inboundCall,
  inboundSms,
}: Batch['changes'][number]['blocked']): string {
  const names = [
    outboundCall && 'calls to',
    outboundSms && 'texts to',
    inboundCall && 'calls from',
    inboundSms && 'texts from',
  ].filter(Boolean);
  return names.length > 0 ? `blocked: ${names.join(', ')}` : 'not blocked';
}

function readCursor(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw wrongUse(`The cursor file can't be read (${code}): ${file}`);
  }
}

/** At once, so that no signal comes between what was handed on and its cursor. */
function keepCursor(file: string | undefined, cursor: string): void {
  if (file === undefined) return;
  try {
    writeFileSync(`${file}.part`, `${cursor}\n`);
    renameSync(`${file}.part`, file);
  } catch (error) {
    throw wrongUse(`The cursor file can't be written (${(error as NodeJS.ErrnoException).code}): ${file}`);
  }
}
