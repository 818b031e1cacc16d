import type { EntryActionResult } from '../../domain/entries/action-result.ts';
import {
  type ChangeEntriesInput,
  changeEntries,
  type EntryAction,
  type EntryActionOutcome,
} from '../../domain/entries/change-entries.ts';
import { type Refusal, refusals } from '../../domain/entries/refusal.ts';
import { blockingLists, blocksAnything } from '../../suppression-index/block-mask.ts';
import { parseFacts } from '../../suppression-index/facts.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { type WithEntry, withEntries } from '../result-entries.ts';
import { Entry } from './entry.ts';
import { EntrySelectionInput, selectionOf } from './entry-selection.ts';
import { List } from './list.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { NumberProblem } from './number-problem.ts';
import { type Answer, Payload } from './payload.ts';
import { Task } from './task.ts';
import { answering } from './user-error.ts';

const EntryActionOutcomeEnum = builder.enumType('EntryActionOutcome', {
  description: 'What became of one entry.',
  values: {
    CHANGED: { description: 'Done.' },
    UNCHANGED: { description: 'It was so already.' },
    NOT_FOUND: { description: 'There is no such active entry in your environment.' },
    REFUSED: { description: "The rules don't allow it: see `refusal`." },
    INVALID: { description: 'The number could not be read: see `problem`.' },
  },
});

const EntryRefusalCode = builder.enumType('EntryRefusalCode', {
  description: 'Which rule kept an entry as it is.',
  values: Object.fromEntries(
    Object.values(refusals).map(({ code, message }) => [code, { description: message }]),
  ) as Record<Refusal['code'], { description: string }>,
});

const EntryRefusal = builder.objectRef<Refusal>('EntryRefusal').implement({
  description: 'Why an entry was left as it is.',
  fields: (t) => ({
    code: t.field({ type: EntryRefusalCode, description: 'Which rule.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'The rule, and what may be done instead.' }),
  }),
});

const Result = builder.objectRef<WithEntry<EntryActionResult>>('EntryActionResult').implement({
  description: 'What became of one entry, or of an item of the input that named none.',
  fields: (t) => ({
    index: t.exposeInt('index', {
      nullable: true,
      description: 'The place in `ids` or `phones.numbers`, from 0; null with a filter.',
    }),
    outcome: t.field({
      type: EntryActionOutcomeEnum,
      description: 'What became of it.',
      resolve: ({ outcome }) => outcome,
    }),
    entry: t.field({
      type: Entry,
      nullable: true,
      description: 'The entry as it is now; null when none was found.',
      resolve: ({ entry, outcome }) => (outcome === 'NOT_FOUND' ? null : entry),
    }),
    refusal: t.field({
      type: EntryRefusal,
      nullable: true,
      description: 'For REFUSED: which rule.',
      resolve: ({ refusal }) => refusal,
    }),
    problem: t.field({
      type: NumberProblem,
      nullable: true,
      description: 'For INVALID: why.',
      resolve: (row) => row.problem,
    }),
    stillBlockedBy: t.field({
      type: [List],
      description:
        'The lists that block the number after this call, by this or other entries: lifting one reason never lifts another.',
      complexity: { multiplier: 3 },
      resolve: async ({ facts }, _args, { viewer, services, loaders }) => {
        if (facts === '') return [];
        const named = await Promise.all(parseFacts(facts).map(({ listId }) => loaders.list.load(listId)));
        const lists = new Map(named.flatMap((list) => (list ? [[list.id, list] as const] : [])));
        const settings = await services.settings(viewer.environmentId);
        return blockingLists(facts, lists, settings, blocksAnything).flatMap(({ listId }) => lists.get(listId) ?? []);
      },
    }),
  }),
});

const NOT_YET = '0 while a task is to do it.';

/** The three bulk actions answer alike: what changed, what was refused and why, what stays blocked. */
function payloadType(name: string, mutation: string) {
  return builder.objectRef<Answer<EntryActionOutcome>>(name).implement({
    interfaces: [Payload],
    description: `The answer to ${mutation}.`,
    fields: (t) => ({
      changedCount: t.int({
        description: `Entries that were changed. ${NOT_YET}`,
        resolve: (payload) => countOf(payload, 'CHANGED'),
      }),
      unchangedCount: t.int({
        description: `Entries that were so already. ${NOT_YET}`,
        resolve: (payload) => countOf(payload, 'UNCHANGED'),
      }),
      refusedCount: t.int({
        description: `Entries that the rules kept as they are. ${NOT_YET}`,
        resolve: (payload) => countOf(payload, 'REFUSED'),
      }),
      notFoundCount: t.int({
        description: 'Items of the input that name no active entry.',
        resolve: (payload) => countOf(payload, 'NOT_FOUND'),
      }),
      invalidCount: t.int({
        description: 'Numbers of the input that cannot be read.',
        resolve: (payload) => countOf(payload, 'INVALID'),
      }),
      results: t.field({
        type: [Result],
        nullable: true,
        description:
          'One for each entry, and for each item that named none; null when nothing was done (see userErrors) or a task does it.',
        complexity: { multiplier: 10 },
        resolve: ({ outcome }, _args, context, info) =>
          outcome?.taskId === null ? withEntries(outcome.results, context, info) : null,
      }),
      task: t.field({
        type: Task,
        nullable: true,
        description:
          'The task that does the work when a filter means more than 10,000 entries: see its `bulk`. Null: it is done.',
        resolve: ({ outcome }, _args, { loaders }) => (outcome?.taskId ? loaders.task.load(outcome.taskId) : null),
      }),
    }),
  });
}

function countOf({ outcome }: Answer<EntryActionOutcome>, wanted: EntryActionResult['outcome']): number {
  const rows = outcome?.results.filter((row) => row.outcome === wanted) ?? [];
  // An entry that the input names twice was changed once.
  return new Set(rows.map((row) => row.entryId ?? row)).size;
}

const COUNT =
  'Change nothing unless the selection means exactly so many entries. It is asked when the call comes, also when a task then does it.';
const EVIDENCE = 'Proof, as text or a link, at most 10,000 characters; kept with the change.';

const ApproveEntriesInput = builder.inputType('ApproveEntriesInput', {
  description: 'Which entries to approve, and how.',
  fields: (t) => ({
    entries: t.field({ type: EntrySelectionInput, required: true, description: 'Which entries.' }),
    permanently: t.boolean({
      defaultValue: false,
      description:
        "Approve for ever: nobody can take it back. Needs the permission entry:permanent; ends an expiry; refused for a person's own opt-out.",
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    expectedCount: t.int({ description: COUNT }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UnapproveEntriesInput = builder.inputType('UnapproveEntriesInput', {
  description: 'Which entries to send back to review.',
  fields: (t) => ({
    entries: t.field({ type: EntrySelectionInput, required: true, description: 'Which entries.' }),
    reason: t.string({
      description:
        'Why, at most 1,000 characters. Required where a pending entry would not block (setting enforcePending off).',
    }),
    expectedCount: t.int({ description: COUNT }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RemoveEntriesInput = builder.inputType('RemoveEntriesInput', {
  description: 'Which entries to lift, and why.',
  fields: (t) => ({
    entries: t.field({ type: EntrySelectionInput, required: true, description: 'Which entries.' }),
    reason: t.string({
      required: true,
      description: 'Why the numbers may be contacted again, at most 1,000 characters.',
    }),
    evidence: t.string({
      description: `Document the opt-back-in. ${EVIDENCE} Required where the contact asked for the entry.`,
    }),
    expectedCount: t.int({ description: COUNT }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('approveEntries', (t) =>
  t.field({
    type: payloadType('ApproveEntriesPayload', 'approveEntries'),
    description: 'Approves entries, optionally for ever. COMPLIANCE and ADMIN may.',
    nullable: true,
    authScopes: { may: 'entry:approve' },
    args: { input: t.arg({ type: ApproveEntriesInput, required: true, description: 'Which, and how.' }) },
    resolve: (_root, { input }, context) => {
      return act(
        { operation: 'approveEntries', verb: 'APPROVE', status: input.permanently ? 'PERMANENT' : 'APPROVED' },
        input,
        context,
      );
    },
  }),
);

builder.mutationField('unapproveEntries', (t) =>
  t.field({
    type: payloadType('UnapproveEntriesPayload', 'unapproveEntries'),
    description:
      'Sends approved entries back to review. Refused for permanent ones. COMPLIANCE, ADMIN and INTEGRATOR may.',
    nullable: true,
    authScopes: { may: 'entry:unapprove' },
    args: { input: t.arg({ type: UnapproveEntriesInput, required: true, description: 'Which, and why.' }) },
    resolve: (_root, { input }, context) => act({ operation: 'unapproveEntries', verb: 'UNAPPROVE' }, input, context),
  }),
);

builder.mutationField('removeEntries', (t) =>
  t.field({
    type: payloadType('RemoveEntriesPayload', 'removeEntries'),
    description:
      "Lifts entries, with a reason. Refused for permanent ones and for a person's own opt-out; the answer names what still blocks each number. COMPLIANCE, ADMIN and INTEGRATOR may.",
    nullable: true,
    authScopes: { may: 'entry:remove' },
    args: { input: t.arg({ type: RemoveEntriesInput, required: true, description: 'Which, and why.' }) },
    resolve: (_root, { input }, context) => act({ operation: 'removeEntries', verb: 'REMOVE' }, input, context),
  }),
);

type ActionInput = Omit<ChangeEntriesInput, 'entries'> & { entries: typeof EntrySelectionInput.$inferInput };

function act(
  action: EntryAction,
  input: ActionInput,
  { viewer, services }: Context,
): Promise<Answer<EntryActionOutcome>> {
  return answering(async () => {
    const { log, database, maxSelected } = services;
    const settings = await services.settings(viewer.environmentId);
    const request = { ...input, entries: selectionOf(input.entries) };
    const outcome = await changeEntries(viewer, action, request, { log, database, settings, maxSelected });
    if (outcome.taskId !== null) services.tasks.wake();
    return outcome;
  });
}
