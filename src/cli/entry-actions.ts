import { followBulkTask } from './bulk-task.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandEntryActionFragment } from './gql/graphql.ts';
import { graphql } from './gql/index.ts';
import type { Session } from './session.ts';

/** What every document here says of an entry that was acted on. */
graphql(`
  fragment CommandEntryAction on EntryActionResult {
    index
    outcome
    entry {
      id
      phone
    }
    problem {
      message
      remedy
    }
    refusal {
      code
      message
    }
    stillBlockedBy {
      key
    }
  }
`);

/** What approving, unapproving and removing answer alike. */
interface EntryActionPayload {
  readonly changedCount: number;
  readonly unchangedCount: number;
  readonly refusedCount: number;
  readonly notFoundCount: number;
  readonly invalidCount: number;
  readonly cursor?: string | null;
  readonly task?: { readonly id: string } | null;
  readonly results?: readonly CommandEntryActionFragment[] | null;
}

/** Tells what became of each entry, or follows the task that has it in hand. */
export async function tellEntryActions(
  session: Session,
  numbers: readonly string[],
  payload: EntryActionPayload,
): Promise<ExitCode> {
  const { output } = session;
  if (payload.task) return followBulkTask(session, payload.task.id);
  for (const { index, outcome, entry, problem, refusal, stillBlockedBy } of payload.results ?? []) {
    const number = (index == null ? undefined : numbers[index]) ?? entry?.phone ?? null;
    const lists = stillBlockedBy.map(({ key }) => key);
    const texts = [
      ...(problem ? [`${problem.message} ${problem.remedy}`] : []),
      ...(refusal ? [refusal.message] : []),
      ...(lists.length > 0 ? [`still blocked by ${lists.join(', ')}`] : []),
    ];
    await output.tell(
      { type: 'row', index, number, outcome, entryId: entry?.id ?? null, problem, refusal, stillBlockedBy: lists },
      [outcome, number, ...texts].join('\t'),
    );
  }
  const { changedCount, unchangedCount, refusedCount, notFoundCount, invalidCount, cursor } = payload;
  const exitCode = refusedCount + notFoundCount + invalidCount > 0 ? EXIT.partly : EXIT.done;
  const counts = { changedCount, unchangedCount, refusedCount, notFoundCount, invalidCount };
  await output.tell({ type: 'result', ...counts, cursor, exitCode });
  return exitCode;
}
