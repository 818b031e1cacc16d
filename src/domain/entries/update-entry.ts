import type { CountryCode } from 'libphonenumber-js/max';
import { requirePermission } from '../../auth/require-permission.ts';
import { entrySourceOf, type Viewer } from '../../auth/viewer.ts';
import { type EntryRow, type EntryStatus, edit, type RowOutcome, type WriteOutcome } from '../../changes/write-call.ts';
import { actorOf, authorityOf, type CallerInput, idempotencyOf, onBehalfOf } from '../caller.ts';
import { intoOpenList } from '../lists/archived-list.ts';
import { acceptsSenders, parseListable } from '../numbers/listed-number.ts';
import { storable, tooLong } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import type { ActionContext } from './change-entries.ts';
import { refusals } from './refusal.ts';

/** Absent leaves a field as it is; null clears it. */
export interface UpdateEntryInput extends CallerInput {
  readonly entryId: string;
  readonly phone?: string | null;
  readonly reason?: string | null;
  readonly evidence?: string | null;
  readonly expiresAt?: Date | null;
  readonly externalReference?: string | null;
  /** Why the number or the expiry is changed: what a removal's reason and evidence are (R1.6). */
  readonly changeReason?: string | null;
  readonly changeEvidence?: string | null;
}

export interface UpdateEntryOutcome {
  /** The entry after the change: the new one when the number was changed. */
  readonly entryId: string | null;
  readonly isChanged: boolean;
  readonly position: number;
  readonly isEnforcedHere: boolean;
}

/** Edits one entry; another number is a removal and an addition in one change set, which name each other (R1.6). */
export async function updateEntry(
  viewer: Viewer,
  input: UpdateEntryInput,
  context: ActionContext,
): Promise<UpdateEntryOutcome> {
  assertInput(input);
  const call = {
    environmentId: viewer.environmentId,
    actor: actorOf(viewer),
    operation: 'updateEntry',
    authority: authorityOf(viewer),
    idempotency: idempotencyOf(input, input),
  };
  const replay = await context.log.replay(call);
  if (replay) return answer(inOrder(replay), replay);

  // Read before the entry: whatever changes in between makes it another row, and the change of number is refused.
  const { rows: versions } = await context.database.read.query<{ version: string }>(
    'SELECT xmin::text AS version FROM entry WHERE environment_id = $1 AND id = $2',
    [viewer.environmentId, input.entryId],
  );
  const entry = await context.database.prisma.entry.findUnique({
    where: { environmentId_id: { environmentId: viewer.environmentId, id: BigInt(input.entryId) } },
    include: { list: true, reason: true, evidence: true },
  });
  if (!entry?.active) {
    // Our own first try may have been committed since we looked: then it is what took the entry away.
    const late = await context.log.replay(call);
    if (late) return answer(inOrder(late), late);
    throw new UserProblemError(problem('NOT_FOUND', 'input.entryId', 'There is no such active entry here.'));
  }
  // What the contact wrote, said or pressed is proof: only who may see it may put something else in its place.
  if (input.evidence !== undefined && !viewer.can('evidence:see') && (entry.endUserOptedOut || !isStaffs(entry.source)))
    throw new UserProblemError(
      problem(
        'REFUSED',
        'input.evidence',
        "This entry's evidence is the contact's own word: COMPLIANCE and ADMIN may edit it. The reason is yours to edit.",
      ),
    );
  const own = { entryId: input.entryId, phone: entry.phone, listId: entry.listId, source: entry.source } as const;
  const newKey = input.phone ? newNumber(input.phone, entry.list.blocks, context.settings.defaultCountry) : entry.phone;

  let rows: EntryRow[];
  if (newKey === entry.phone) {
    rows = [{ verb: 'EDIT', ...own, edits: editsOf(input), ...values(input) }];
  } else {
    requirePermission(viewer, 'entry:remove');
    const kept: EntryRow = {
      verb: 'ADD',
      phone: newKey,
      listId: entry.listId,
      source: entrySourceOf(viewer),
      status: entry.status as EntryStatus,
      reason: entry.reason?.body ?? null,
      evidence: entry.evidence?.body ?? null,
      expiresAt: entry.expiresAt,
      requestedAt: entry.requestedAt,
      externalReference: entry.externalReference,
      ...(input.phone === newKey ? {} : { raw: input.phone! }),
    };
    rows = [
      { verb: 'REMOVE', ...own, version: versions[0]!.version },
      { ...kept, ...values(input), needs: 0 },
    ];
  }
  const write = context.log.write({
    ...call,
    reason: storable(input.changeReason),
    evidence: storable(input.changeEvidence),
    onBehalfOf: onBehalfOf(input),
    rows,
    inputMap: rows.map((_, n) => n),
  });
  const outcome = await intoOpenList(write, entry.list.key, 'input.phone');
  return answer(inOrder(outcome), outcome);
}

/** R1.5: what staff, a system or a file listed; the rest is what contacts caused. */
function isStaffs(source: string): boolean {
  return source === 'MANUAL' || source === 'API' || source === 'IMPORT';
}

/** A replay has its rows in the order of the numbers, and the map back. */
function inOrder({ rows, replayed }: WriteOutcome): readonly RowOutcome[] {
  return replayed ? replayed.inputMap.map((place) => rows[place]!) : rows;
}

function answer(
  rows: readonly RowOutcome[],
  outcome: { position: number; isEnforcedHere: boolean },
): UpdateEntryOutcome {
  const first = rows[0]!;
  if (first.code in refusals) {
    const { message } = refusals[first.code as keyof typeof refusals];
    throw new UserProblemError(problem('REFUSED', 'input.entryId', message));
  }
  if (first.code === 'NOT_FOUND')
    throw new UserProblemError(problem('NOT_FOUND', 'input.entryId', 'There is no such active entry here.'));
  // Of a changed number, the row that was added: it carries the answer from now on.
  const now =
    rows.find((row) => row.code === 'ADDED' || row.code === 'RAISED' || row.code === 'ALREADY_LISTED') ?? first;
  return {
    entryId: now.entryId,
    isChanged: first.code !== 'UNCHANGED',
    position: outcome.position,
    isEnforcedHere: outcome.isEnforcedHere,
  };
}

function newNumber(raw: string, blocks: number, defaultCountry: string): string {
  const listable = parseListable(raw, {
    defaultCountry: defaultCountry as CountryCode,
    acceptsSenders: acceptsSenders({ blocks }),
    keepAsReceived: false,
  });
  if (listable.ok) return listable.key;
  throw new UserProblemError(
    problem('INVALID_VALUE', 'input.phone', `${listable.problem.message} ${listable.problem.remedy}`),
  );
}

function editsOf(input: UpdateEntryInput): number {
  let edits = 0;
  if (input.reason !== undefined) edits |= edit.reason;
  if (input.evidence !== undefined) edits |= edit.evidence;
  if (input.expiresAt !== undefined) edits |= edit.expiresAt;
  if (input.externalReference !== undefined) edits |= edit.externalReference;
  return edits;
}

/** Only what the caller gave, so that it can be laid over what the entry has. */
function values(input: UpdateEntryInput): Partial<EntryRow> {
  return {
    ...(input.reason !== undefined && { reason: storable(input.reason) }),
    ...(input.evidence !== undefined && { evidence: storable(input.evidence) }),
    ...(input.expiresAt !== undefined && { expiresAt: input.expiresAt }),
    ...(input.externalReference !== undefined && { externalReference: storable(input.externalReference) }),
  };
}

function assertInput(input: UpdateEntryInput): void {
  const problems: (UserProblem | null)[] = [
    tooLong('reason', input.reason, 'input.reason'),
    tooLong('evidence', input.evidence, 'input.evidence'),
    tooLong('externalReference', input.externalReference, 'input.externalReference'),
    tooLong('reason', input.changeReason, 'input.changeReason'),
    tooLong('evidence', input.changeEvidence, 'input.changeEvidence'),
  ];
  if (input.phone === null)
    problems.push(problem('REQUIRED', 'input.phone', 'An entry has a number: leave phone out, or give the new one.'));
  if (input.expiresAt && input.expiresAt <= new Date()) {
    problems.push(
      problem('IN_THE_PAST', 'input.expiresAt', 'The expiry is in the past: give a later one, or remove the entry.'),
    );
  }
  if (input.phone === undefined && editsOf(input) === 0)
    problems.push(problem('REQUIRED', 'input', 'There is nothing to change: give at least one field.'));
  const found = problems.filter((item) => item !== null);
  if (found.length > 0) throw new UserProblemError(...found);
}
