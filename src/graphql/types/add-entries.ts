import { type AddEntriesOutcome, addEntries } from '../../domain/entries/add-entries.ts';
import type { AddResult } from '../../domain/entries/add-result.ts';
import type { EntryWarning } from '../../domain/entries/entry-input.ts';
import { unknownList } from '../../domain/list-ids.ts';
import { builder } from '../builder.ts';
import { type WithEntry, withEntries } from '../result-entries.ts';
import { Entry, EntryStatus } from './entry.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { NumberProblem } from './number-problem.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const AddEntryInput = builder.inputType('AddEntryInput', {
  description:
    'One number to be listed. Only the number can keep it off the list: with an unreadable date, expiry or text it is added for review, with a warning.',
  fields: (t) => ({
    phone: t.string({
      required: true,
      description:
        'The number as people write it: punctuation, spaces, tel: and extensions are fine; without + the default country of the settings is taken.',
    }),
    reason: t.string({ description: "Why, at most 1,000 characters; by default the call's reason." }),
    evidence: t.string({ description: 'Proof of the request as text or a link, at most 10,000 characters.' }),
    expiresAt: t.string({
      description:
        'When the entry ends, as "2027-01-31T09:00:00Z", or "2027-01-31" for the end of that day wherever on earth (noon UTC of the next). A past one makes the row INVALID; an unreadable one sends it to review without expiry.',
    }),
    requestedAt: t.string({
      description: 'When the person asked, as "2026-03-04" or with a time and zone; by default now.',
    }),
    externalReference: t.string({
      description: 'Your own id for it, at most 200 characters; echoed in answers and in the feed.',
    }),
  }),
});

const AddEntriesInput = builder.inputType('AddEntriesInput', {
  description: 'Numbers to be listed at once.',
  fields: (t) => ({
    list: t.string({ required: true, description: 'The key of the list, such as "DNC".' }),
    status: t.field({
      type: EntryStatus,
      defaultValue: 'APPROVED',
      description:
        'The state that they are added in. PERMANENT needs the permission entry:permanent and cannot be undone, by anybody, ever.',
    }),
    reason: t.string({ description: 'Why, for all rows without a reason of their own; at most 1,000 characters.' }),
    entries: t.field({ type: [AddEntryInput], required: true, description: 'The numbers, 1 to 10,000.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const AddEntryOutcome = builder.enumType('AddEntryOutcome', {
  description: 'What became of one row. Every row has exactly one.',
  values: {
    ADDED: { description: 'The number is on the list now.' },
    RAISED: {
      description:
        'It was listed, and this made its entry stricter: a higher status, a later end or none, an earlier date of the request.',
    },
    ALREADY_LISTED: { description: 'It was listed at least as strictly; nothing changed.' },
    DUPLICATE: {
      description: 'An earlier row of this call has the same number; the two were merged, the stricter winning.',
    },
    INVALID: { description: 'It cannot be listed: see `problem`.' },
  },
});

const EntryWarningCode = builder.enumType('EntryWarningCode', {
  description: 'What was wrong beside the number.',
  values: {
    UNREADABLE_EXPIRY: { description: 'The expiry could not be read; the entry has none.' },
    UNREADABLE_DATE: { description: 'The date of the request could not be read; it is taken as today.' },
    DATE_IN_THE_FUTURE: { description: 'The date of the request lies in the future; it is taken as today.' },
    EXPIRY_OF_PERMANENT: { description: 'A permanent entry was asked with an expiry; the two exclude each other.' },
    TEXT_TOO_LONG: { description: 'A text was longer than its field; its beginning was kept.' },
  },
});

const EntryWarningType = builder.objectRef<EntryWarning>('EntryWarning').implement({
  description: 'A fault beside the number: the entry was added for review without what could not be read.',
  fields: (t) => ({
    code: t.field({ type: EntryWarningCode, description: 'Which fault.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'What was wrong, what was done, and how to write it.' }),
  }),
});

const AddEntryResult = builder
  .objectRef<WithEntry<AddResult> & { externalReference: string | null }>('AddEntryResult')
  .implement({
    description: 'What became of one row of the input.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: "The row's place in the input, from 0." }),
      outcome: t.field({ type: AddEntryOutcome, description: 'What became of it.', resolve: ({ outcome }) => outcome }),
      entry: t.field({
        type: Entry,
        nullable: true,
        description: 'The entry that stands for the number now; null for INVALID.',
        resolve: ({ entry }) => entry,
      }),
      externalReference: t.exposeString('externalReference', {
        nullable: true,
        description: 'Your own id, as you sent it with this row.',
      }),
      duplicateOf: t.exposeInt('duplicateOf', {
        nullable: true,
        description: 'For DUPLICATE: the index of the row with the same number.',
      }),
      problem: t.field({
        type: NumberProblem,
        nullable: true,
        description: 'For INVALID: why, and what to do.',
        resolve: (row) => row.problem,
      }),
      warnings: t.field({
        type: [EntryWarningType],
        description: 'Faults beside the number.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });

interface AddAnswer extends Answer<AddEntriesOutcome> {
  readonly references: readonly (string | null | undefined)[];
}

const AddEntriesPayload = builder.objectRef<AddAnswer>('AddEntriesPayload').implement({
  interfaces: [Payload],
  description: 'The answer to addEntries.',
  fields: (t) => ({
    results: t.field({
      type: [AddEntryResult],
      nullable: true,
      description: 'One for each row, in input order; null when nothing was done (see userErrors).',
      complexity: { multiplier: 10 },
      resolve: ({ outcome, references }, _args, context, info) => {
        if (!outcome) return null;
        const rows = outcome.results.map((row) => ({ ...row, externalReference: references[row.index] ?? null }));
        return withEntries(rows, context, info);
      },
    }),
    addedCount: t.int({ description: 'Rows that were ADDED.', resolve: (payload) => countOf(payload, 'ADDED') }),
    raisedCount: t.int({ description: 'Rows that were RAISED.', resolve: (payload) => countOf(payload, 'RAISED') }),
    alreadyListedCount: t.int({
      description: 'Rows that were ALREADY_LISTED.',
      resolve: (payload) => countOf(payload, 'ALREADY_LISTED'),
    }),
    duplicateCount: t.int({
      description: 'Rows that were a DUPLICATE.',
      resolve: (payload) => countOf(payload, 'DUPLICATE'),
    }),
    invalidCount: t.int({ description: 'Rows that were INVALID.', resolve: (payload) => countOf(payload, 'INVALID') }),
  }),
});

function countOf({ outcome }: AddAnswer, wanted: AddResult['outcome']): number {
  return outcome?.results.filter((row) => row.outcome === wanted).length ?? 0;
}

builder.mutationField('addEntries', (t) =>
  t.field({
    type: AddEntriesPayload,
    description:
      'Lists one number or up to 10,000 at once. Adding again never weakens: the stricter wins. One bad row never fails the others. Everybody but AUDITOR and READ_ONLY may add.',
    nullable: true,
    authScopes: { may: 'entry:add' },
    args: { input: t.arg({ type: AddEntriesInput, required: true, description: 'What to list.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      const answer = await answering(async () => {
        const { environmentId } = viewer;
        const list = await services.list(environmentId, input.list);
        if (!list) throw await unknownList(services.database.read, environmentId, input.list, 'input.list');
        return addEntries(viewer, input, {
          log: services.log,
          settings: await services.settings(environmentId),
          list,
          now: new Date(),
        });
      });
      return { ...answer, references: input.entries.map((entry) => entry.externalReference) };
    },
  }),
);
