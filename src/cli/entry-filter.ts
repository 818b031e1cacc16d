import { type Command, Option } from 'commander';
import type { CreatedByKind, EntryFilter, EntrySource, EntryStatus } from './gql/graphql.ts';
import { listed, oneOf } from './options.ts';

/** Which entries, as options: the filter that `entries`, bulk changes and exports share. */
export interface EntryFilterOptions {
  readonly list?: readonly string[];
  readonly status?: EntryStatus;
  readonly source?: EntrySource;
  readonly createdBy?: CreatedByKind;
  readonly numberContains?: string;
  readonly reasonContains?: string;
  readonly changeSet?: string;
  readonly import?: string;
  readonly optedOut?: boolean;
  readonly addedFrom?: string;
  readonly addedBefore?: string;
}

const statuses = ['PENDING', 'APPROVED', 'PERMANENT'] as const satisfies readonly EntryStatus[];
const sources = [
  'MANUAL',
  'API',
  'IMPORT',
  'SMS_KEYWORD',
  'SMS_PHRASE',
  'CALL_ACTION',
  'DISPOSITION',
  'IVR',
  'TRANSCRIPT',
] as const satisfies readonly EntrySource[];

export function addEntryFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--list <key>', 'on this list; may be given several times').argParser(listed))
    .addOption(oneOf('--status <status>', 'in this state', statuses))
    .addOption(oneOf('--source <source>', 'come in this way', sources))
    .addOption(oneOf('--created-by <kind>', 'added by', ['USER', 'SYSTEM']))
    .option('--number-contains <digits>', 'with these digits in the number')
    .option('--reason-contains <text>', 'with this text in the reason')
    .option('--change-set <id>', 'changed by this change set')
    .option('--import <id>', 'listed by this import')
    .option('--opted-out', 'only of people who asked by text themselves')
    .option('--no-opted-out', 'only of others')
    .option('--added-from <time>', 'added at this time or later, such as 2026-03-04T00:00:00Z')
    .option('--added-before <time>', 'added before this time');
}

/** Undefined when nothing was asked for. */
export function entryFilterOf(options: EntryFilterOptions): EntryFilter | undefined {
  const { list, status, source, createdBy, numberContains, reasonContains } = options;
  const { changeSet, import: importId, optedOut, addedFrom, addedBefore } = options;
  const filter: EntryFilter = {
    ...(list && { lists: [...list] }),
    ...(status && { statuses: [status] }),
    ...(source && { sources: [source] }),
    ...(createdBy && { createdBy }),
    ...(numberContains !== undefined && { numberContains }),
    ...(reasonContains !== undefined && { reasonContains }),
    ...(changeSet !== undefined && { changeSet }),
    ...(importId !== undefined && { import: importId }),
    ...(optedOut !== undefined && { endUserOptedOut: optedOut }),
    ...((addedFrom ?? addedBefore) !== undefined && { createdAt: { from: addedFrom, to: addedBefore } }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
