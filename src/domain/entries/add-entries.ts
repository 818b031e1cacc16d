import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { entrySourceOf } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { EntryStatus } from '../../changes/write-call.ts';
import { actorOf, authorityOf, type CallerInput, idempotencyOf, onBehalfOf } from '../caller.ts';
import { intoOpenList } from '../lists/archived-list.ts';
import type { Settings } from '../settings.ts';
import { storable, tooLong } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type AddResult, encodeInputMap, readResults } from './add-result.ts';
import { type AddEntryInput, readEntryInput } from './entry-input.ts';
import { mergeDuplicates } from './merge-duplicates.ts';

/** How many numbers one call takes. */
export const MAX_ADD_ROWS = 10_000;

export interface AddEntriesInput extends CallerInput {
  readonly list: string;
  readonly status?: EntryStatus | null;
  readonly reason?: string | null;
  readonly entries: readonly AddEntryInput[];
}

export interface AddEntriesOutcome {
  readonly results: readonly AddResult[];
  readonly position: number;
  readonly isEnforcedHere: boolean;
}

/** The list that an addition goes to, and how the environment reads numbers. */
export interface AddContext {
  readonly log: ChangeLog;
  readonly settings: Settings;
  readonly list: { readonly id: number; readonly key: string; readonly blocks: number };
  readonly now: Date;
}

/** Lists numbers at once (R6.2): a result per row, in input order; one bad row never fails the others. */
export async function addEntries(
  viewer: Viewer,
  input: AddEntriesInput,
  context: AddContext,
): Promise<AddEntriesOutcome> {
  const { log, settings, list, now } = context;
  requirePermission(viewer, 'entry:add');
  if (input.status === 'PERMANENT') requirePermission(viewer, 'entry:permanent');
  assertSize(input.entries.length);
  const reasonProblem = tooLong('reason', input.reason, 'input.reason');
  if (reasonProblem) throw new UserProblemError(reasonProblem);
  const defaults = {
    listId: list.id,
    source: entrySourceOf(viewer),
    status: input.status ?? 'APPROVED',
    reason: storable(input.reason),
  } as const;
  const read = input.entries.map((entry) => readEntryInput(entry, { ...defaults, blocks: list.blocks, settings, now }));
  const { rows, rowOf } = mergeDuplicates(read);
  const write = log.write({
    environmentId: viewer.environmentId,
    actor: actorOf(viewer),
    operation: 'addEntries',
    authority: authorityOf(viewer),
    reason: defaults.reason,
    onBehalfOf: onBehalfOf(input),
    idempotency: idempotencyOf(input, input),
    inputMap: encodeInputMap(read, rowOf),
    rows,
  });
  const outcome = await intoOpenList(write, list.key, 'input.list');
  return {
    results: readResults(outcome, outcome.replayed?.inputMap ?? encodeInputMap(read, rowOf), read),
    position: outcome.position,
    isEnforcedHere: outcome.isEnforcedHere,
  };
}

function assertSize(size: number): void {
  if (size === 0)
    throw new UserProblemError(problem('REQUIRED', 'input.entries', 'There is no entry to add: give at least one.'));
  if (size > MAX_ADD_ROWS) {
    throw new UserProblemError(
      problem(
        'TOO_MANY',
        'input.entries',
        `One call takes at most ${MAX_ADD_ROWS} entries and this one has ${size}: send it in parts.`,
      ),
    );
  }
}
