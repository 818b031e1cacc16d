import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { EntryRow, WriteOutcome } from '../../changes/write-call.ts';
import type { Database } from '../../db/database.ts';
import { actorOf, authorityOf, type CallerInput, idempotencyOf, onBehalfOf } from '../caller.ts';
import type { Settings } from '../settings.ts';
import { storable, tooLong } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import { actionResults, type EntryActionResult, encodePlaces, type ItemPlace } from './action-result.ts';
import { changeManyEntries, countOfMany } from './change-many-entries.ts';
import { type EntrySelection, type SelectedItem, selectEntries } from './entry-selection.ts';

export interface ChangeEntriesInput extends CallerInput {
  readonly entries: EntrySelection;
  /** Nothing is changed when the selection means another number of entries (R6.1). */
  readonly expectedCount?: number | null;
  readonly reason?: string | null;
  readonly evidence?: string | null;
}

/** What a bulk action asks of each entry. */
export type EntryAction =
  | { readonly operation: 'approveEntries'; readonly verb: 'APPROVE'; readonly status: 'APPROVED' | 'PERMANENT' }
  | { readonly operation: 'unapproveEntries'; readonly verb: 'UNAPPROVE' }
  | { readonly operation: 'removeEntries'; readonly verb: 'REMOVE' };

export interface EntryActionOutcome {
  readonly results: readonly EntryActionResult[];
  /** The task that does it, when it is too much for one call: then there are no results yet. */
  readonly taskId: string | null;
  readonly position: number;
  readonly isEnforcedHere: boolean;
}

export interface ActionContext {
  readonly log: ChangeLog;
  readonly database: Database;
  readonly settings: Settings;
}

export interface BulkContext extends ActionContext {
  /** How many entries one call changes by filter (MAX_SELECTED); beyond it a task does. */
  readonly maxSelected: number;
}

const permissionFor = { APPROVE: 'entry:approve', UNAPPROVE: 'entry:unapprove', REMOVE: 'entry:remove' } as const;

/** Approves, unapproves or removes entries, by ids, phones or filter: per entry what changed, or was refused and why. */
export async function changeEntries(
  viewer: Viewer,
  action: EntryAction,
  input: ChangeEntriesInput,
  context: BulkContext,
): Promise<EntryActionOutcome> {
  requirePermission(viewer, permissionFor[action.verb]);
  if ('status' in action && action.status === 'PERMANENT') requirePermission(viewer, 'entry:permanent');
  const reason = storable(input.reason);
  const evidence = storable(input.evidence);
  assertTexts(action, input, reason);
  const call = {
    environmentId: viewer.environmentId,
    actor: actorOf(viewer),
    operation: action.operation,
    authority: authorityOf(viewer),
    idempotency: idempotencyOf(input, { ...input, action }),
  };
  const replay = await context.log.replay(call);
  if (replay) return answer(replay, []);

  const items = await selectEntries(context.database, viewer, input.entries, context.settings, context.maxSelected);
  const count = items ? countOf(items) : await countOfMany(context.database, viewer, input.entries.filter);
  const unexpected = unexpectedCount(count, input.expectedCount);
  if (unexpected) {
    // Our own first try may have been committed since we looked: then it is what changed the count.
    const late = await context.log.replay(call);
    if (late) return answer(late, []);
    throw new UserProblemError(unexpected);
  }
  if (items === null) {
    const started = await changeManyEntries(viewer, action, input, { log: context.log, matchedCount: count });
    // Its own first try may have been done within its call: then that is the answer.
    const first = started.replayed ? await context.log.replay(call) : null;
    return first ? answer(first, []) : { results: [], ...started };
  }
  const { rows, places } = arrange(items, action, input.entries.filter === null || input.entries.filter === undefined);
  const outcome = await context.log.write({
    ...call,
    reason,
    evidence,
    onBehalfOf: onBehalfOf(input),
    rows,
    inputMap: encodePlaces(places),
  });
  return answer(outcome, places);
}

function answer(
  outcome: WriteOutcome & { readonly isEnforcedHere: boolean },
  places: readonly ItemPlace[],
): EntryActionOutcome {
  const { position, isEnforcedHere } = outcome;
  const [first] = outcome.rows;
  // No entry is ADDED by these actions: it's what the record of a task that was started says (create-task.ts).
  if (outcome.replayed && first?.code === 'ADDED')
    return { results: [], taskId: first.entryId, position, isEnforcedHere };
  return { results: actionResults(outcome, places), taskId: null, position, isEnforcedHere };
}

/** One row per entry, however often the input names it; one result per entry and per item that named none. */
function arrange(
  items: readonly SelectedItem[],
  action: EntryAction,
  numbered: boolean,
): { rows: EntryRow[]; places: ItemPlace[] } {
  const rows: EntryRow[] = [];
  const places: ItemPlace[] = [];
  const rowOf = new Map<string, number>();
  for (const [n, item] of items.entries()) {
    const index = numbered ? n : null;
    if (item.entries.length === 0 && numbered) places.push({ index, row: null, problem: item.problem });
    for (const { id, ...entry } of item.entries) {
      const row =
        rowOf.get(id) ??
        rows.push({
          verb: action.verb,
          entryId: id,
          ...entry,
          ...('status' in action ? { status: action.status } : {}),
        }) - 1;
      rowOf.set(id, row);
      places.push({ index, row, problem: null });
    }
  }
  return { rows, places };
}

function assertTexts(action: EntryAction, input: ChangeEntriesInput, reason: string | null): void {
  const long = tooLong('reason', input.reason, 'input.reason') ?? tooLong('evidence', input.evidence, 'input.evidence');
  if (long) throw new UserProblemError(long);
  if (action.verb === 'REMOVE' && reason === null) {
    throw new UserProblemError(
      problem('REQUIRED', 'input.reason', 'A removal needs a reason: write why these numbers may be contacted again.'),
    );
  }
}

function countOf(items: readonly SelectedItem[]): number {
  return new Set(items.flatMap((item) => item.entries.map((entry) => entry.id))).size;
}

/** `count` is null when it can't be known in time. */
function unexpectedCount(count: number | null, expected: number | null | undefined): UserProblem | null {
  if (expected === null || expected === undefined || count === expected) return null;
  if (count === null) {
    return problem(
      'TOO_MANY',
      'input.expectedCount',
      'The filter means more entries than can be counted in time. Nothing was changed: narrow it, or leave expectedCount out.',
    );
  }
  return problem(
    'COUNT_DIFFERS',
    'input.expectedCount',
    `The selection means ${count} entries, not ${expected}. Nothing was changed: look at the list again.`,
  );
}
