import type { Command } from 'commander';
import { tellEntryActions } from '../entry-actions.ts';
import { addEntrySelection, type EntrySelectionOptions, entrySelectionOf } from '../entry-selection.ts';
import { withExamples } from '../examples.ts';
import type { ExitCode } from '../exit-codes.ts';
import { graphql } from '../gql/index.ts';
import { changeInput } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface ApproveOptions extends EntrySelectionOptions {
  readonly reason?: string;
  readonly permanently?: boolean;
}

export function addApprove(program: Command): void {
  const command = addEntrySelection(program.command('approve'))
    .description('Approves entries that wait for review.')
    .option('--permanently', 'for ever: nobody can take it back')
    .option('--reason <text>', 'why')
    .action(withSession(approve));
  withExamples(
    command,
    'quietline approve "(415) 123-4567" --list DNC',
    'quietline approve --status pending --source import --expected-count 1200',
  );
}

const APPROVE = graphql(`
  mutation CommandApprove($input: ApproveEntriesInput!) {
    approveEntries(input: $input) {
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

async function approve(session: Session, numbers: string[], options: ApproveOptions): Promise<ExitCode> {
  const entries = await entrySelectionOf(session, numbers, options);
  const { permanently, reason, expectedCount } = options;
  const input = { entries, permanently, reason, expectedCount, ...changeInput(options) };
  return tellEntryActions(session, numbers, await session.api.change(APPROVE, 'approveEntries', { input }));
}
