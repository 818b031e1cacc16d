import type { BatchAnswer, BatchRow } from '../../domain/verdicts/check-batch.ts';
import { inSlices } from '../../in-slices.ts';
import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { CAMPAIGN, MESSAGE_TYPE } from './check.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { NumberProblem } from './number-problem.ts';
import { VerdictReason } from './verdict-reason.ts';
import { VerdictWarning } from './verdict-warning.ts';

/** A batch may answer 50,000 rows whatever its query selects: the price is one for all of it, and four fit a request. */
const BATCH_COST = 10_000;

const CheckNumberInput = builder.inputType('CheckNumberInput', {
  description: 'One number of a batch.',
  fields: (t) => ({
    phone: t.string({ required: true, description: 'The number as people write it.' }),
    reference: t.string({ description: 'Your own id for it, given back with the answer as it came.' }),
  }),
});

const CheckBatchInput = builder.inputType('CheckBatchInput', {
  description: 'Many numbers, and the one kind of contact that is meant with all of them.',
  fields: (t) => ({
    numbers: t.field({ type: [CheckNumberInput], required: true, description: 'The numbers, 1 to 50,000.' }),
    direction: t.field({ type: DirectionEnum, defaultValue: 'OUTBOUND', description: 'Who contacts whom.' }),
    channel: t.field({ type: ChannelEnum, required: true, description: 'How.' }),
    campaign: t.string({ description: CAMPAIGN }),
    messageType: t.field({
      type: MessageTypeEnum,
      description: `${MESSAGE_TYPE} Implied consent suffices for CONVERSATIONAL, of whichever thread it is.`,
    }),
    atLeast: t.field({
      type: 'ChangeCursor',
      description: 'Answer no older than this: the server waits at most 2 seconds for it, and then fails with STALE.',
    }),
  }),
});

interface ShownRow {
  readonly row: BatchRow;
  readonly batch: BatchAnswer;
}

const BlockedNumber = builder.objectRef<ShownRow>('BlockedNumber').implement({
  description: 'A number of the batch that must not be contacted.',
  fields: (t) => ({
    index: t.int({ description: 'Its place in the input, from 0.', resolve: ({ row }) => row.index }),
    reference: t.string({
      nullable: true,
      description: 'Your own id, as you sent it with this number.',
      resolve: ({ row }) => row.reference,
    }),
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The number as it was understood.',
      resolve: ({ row }, _args, { viewer }) => shownNumber(viewer, row.keys[0]!),
    }),
    lists: t.stringList({
      description:
        'The keys of all lists that block it, such as ["DNC"]. Empty when it is blocked for want of consent alone.',
      resolve: ({ row, batch }) => listKeys(row, batch),
    }),
    reasons: t.field({
      type: [VerdictReason],
      description:
        'The same with details. Its `since`, `reason` and `source` are looked up for all numbers at once, which is slow for many thousands.',
      resolve: ({ row, batch }, _args, { loaders }) => {
        const listings = async () => (await Promise.all(row.keys.map((key) => loaders.listings.load(key)))).flat();
        return row.reasons.map((reason) => ({ reason, lists: batch.lists, listings }));
      },
    }),
  }),
});

const InvalidNumber = builder.objectRef<BatchRow>('InvalidNumber').implement({
  description: 'A number of an outbound batch that cannot be read as one. It must not be contacted either.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its place in the input, from 0.' }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: 'Your own id, as you sent it with this number.',
    }),
    problem: t.field({
      type: NumberProblem,
      description: 'What is wrong with it and what to do.',
      resolve: ({ problem }) => problem!,
    }),
  }),
});

const CheckBatchResult = builder.objectRef<BatchAnswer>('CheckBatchResult').implement({
  description:
    'The blocked and the invalid of a batch; every other number may be contacted. checkedCount = allowedCount + blockedCount + invalidCount.',
  fields: (t) => ({
    checkedCount: t.exposeInt('checked', { description: 'How many numbers were given.' }),
    allowedCount: t.exposeInt('allowed', { description: 'How many of them may be contacted.' }),
    blockedCount: t.exposeInt('blocked', { description: 'How many are blocked: the length of `blocked`.' }),
    invalidCount: t.exposeInt('invalid', { description: 'How many cannot be read: the length of `invalid`.' }),
    blocked: t.field({
      type: [BlockedNumber],
      description:
        'The numbers on a list that blocks the contact, and with consentEnforcement BLOCK those without sufficient consent; in input order.',
      complexity: { multiplier: 1 },
      resolve: (batch) => inSlices(batch.rows.flatMap((row) => (row.outcome === 'BLOCKED' ? { row, batch } : []))),
    }),
    invalid: t.field({
      type: [InvalidNumber],
      description: 'The numbers that cannot be read, in input order. Inbound there are none: such callers are allowed.',
      complexity: { multiplier: 1 },
      resolve: ({ rows }) => inSlices(rows.filter(({ outcome }) => outcome === 'INVALID')),
    }),
    warnings: t.field({
      type: [VerdictWarning],
      description: 'What is to be known of the whole batch: UNKNOWN_CAMPAIGN or nothing.',
      resolve: ({ warnings }) => [...warnings],
    }),
    campaignKey: t.string({
      nullable: true,
      description:
        'The key of the campaign that was counted by; null when none was named, or one that is not known or archived.',
      resolve: ({ campaign }) => campaign?.key ?? null,
    }),
    withoutConsent: t.intList({
      nullable: true,
      description:
        'Places in the input, from 0, of the readable numbers whose consent does not suffice for the messageType, blocked or not; what follows is the setting consentEnforcement. Null without a messageType.',
      resolve: ({ withoutConsent }) => withoutConsent && [...withoutConsent],
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      description: 'The one place in the log that all answers are true at.',
      resolve: ({ cursor }, _args, { services }) => services.cursors.encode(cursor),
    }),
  }),
});

builder.queryField('checkBatch', (t) =>
  t.field({
    type: CheckBatchResult,
    nullable: true,
    description:
      'Checks up to 50,000 numbers at one place in the log. A server that cannot vouch for its answers fails as a whole, with the error code STALE or NOT_READY, and never returns a shorter list. Send the numbers as a variable.',
    authScopes: { may: 'number:check' },
    args: { input: t.arg({ type: CheckBatchInput, required: true, description: 'Which numbers, for which contact.' }) },
    complexity: { field: BATCH_COST, multiplier: 1 },
    resolve: (_root, { input }, { viewer, services }) =>
      services.verdicts.checkBatch(viewer, { ...input, direction: input.direction ?? 'OUTBOUND' }),
  }),
);

function listKeys({ reasons }: BatchRow, { lists }: BatchAnswer): string[] {
  const keys: string[] = [];
  for (const reason of reasons) {
    const list = reason.code === 'LISTED' ? lists.get(reason.listId) : undefined;
    if (list) keys.push(list.key);
  }
  return keys;
}
