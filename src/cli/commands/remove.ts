import type { Command } from 'commander';
import { tellEntryActions } from '../entry-actions.ts';
import { addEntrySelection, type EntrySelectionOptions, entrySelectionOf } from '../entry-selection.ts';
import { withExamples } from '../examples.ts';
import type { ExitCode } from '../exit-codes.ts';
import { graphql } from '../gql/index.ts';
import { changeInput } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface RemoveOptions extends EntrySelectionOptions {
  readonly reason: string;
  readonly evidence?: string;
}

export function addRemove(program: Command): void {
  const command = addEntrySelection(program.command('remove'))
    .description('Lifts entries, with a reason; tells what still blocks each number.')
    .requiredOption('--reason <text>', 'why the numbers may be contacted again')
    .option('--evidence <text>', 'proof, as text or a link; required where the contact asked for the entry')
    .action(withSession(remove));
  withExamples(
    command,
    'quietline remove "(415) 123-4567" --list DNC --reason "Listed by mistake, see ticket 812"',
    'quietline remove --list DNC --added-from 2026-03-04T00:00:00Z --reason "Wrong campaign" --expected-count 250',
  );
}

const REMOVE = graphql(`
  mutation CommandRemove($input: RemoveEntriesInput!) {
    removeEntries(input: $input) {
      changedCount
      unchangedCount
      refusedCount
      notFoundCount
      invalidCount
      cursor
      notice
      task {
        id
      }
      results {
        ...CommandEntryAction
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function remove(session: Session, numbers: string[], options: RemoveOptions): Promise<ExitCode> {
  const entries = await entrySelectionOf(session, numbers, options);
  const { reason, evidence, expectedCount } = options;
  const input = { entries, reason, evidence, expectedCount, ...changeInput(options) };
  return tellEntryActions(session, numbers, await session.api.change(REMOVE, 'removeEntries', { input }));
}
