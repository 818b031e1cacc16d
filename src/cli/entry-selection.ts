import type { Command } from 'commander';
import { addEntryFilterOptions, type EntryFilterOptions, entryFilterOf } from './entry-filter.ts';
import { wrongUse } from './failure.ts';
import type { EntrySelectionInput } from './gql/graphql.ts';
import { graphql } from './gql/index.ts';
import { type ChangeOptions, changeOptions, wholeNumber } from './options.ts';
import type { Session } from './session.ts';

/** Numbers on one list, or a filter: what a bulk change means. */
export interface EntrySelectionOptions extends EntryFilterOptions, ChangeOptions {
  readonly expectedCount?: number;
}

export function addEntrySelection(command: Command): Command {
  command.argument('[number...]', 'numbers on the list of --list; without any the filter below counts');
  addEntryFilterOptions(command).option(
    '--expected-count <n>',
    'change nothing unless exactly so many entries are meant; required with a filter',
    wholeNumber(0),
  );
  for (const option of changeOptions()) command.addOption(option);
  return command;
}

const COUNT = graphql(`
  query CommandCount($filterBy: EntryFilter) {
    entries(filterBy: $filterBy, first: 1) {
      totalCount
      totalCountIsExact
    }
  }
`);

/**
 * A forgotten number must not become a whole list: a filter has to be confirmed by how many entries it means.
 * @throws CommandFailure that says how many
 */
export async function entrySelectionOf(
  { api }: Session,
  numbers: string[],
  options: EntrySelectionOptions,
): Promise<EntrySelectionInput> {
  const filter = entryFilterOf(options);
  if (numbers.length > 0) {
    const [list] = options.list ?? [];
    const onlyList = filter && Object.keys(filter).length === 1 && options.list?.length === 1;
    if (list === undefined || !onlyList) throw wrongUse('With numbers give one --list, and no other filter.');
    return { phones: { list, numbers } };
  }
  if (!filter) throw wrongUse('Name numbers and their --list, or a filter such as --status pending.');
  if (options.expectedCount === undefined) {
    const { totalCount, totalCountIsExact } = (await api.ask(COUNT, { filterBy: filter })).entries!;
    const count = totalCountIsExact
      ? `${totalCount} entries: repeat it with --expected-count ${totalCount}`
      : `more than ${totalCount} entries: narrow it`;
    throw wrongUse(`Nothing was changed. This filter means ${count}.`);
  }
  return { filter };
}
