import { type CreatedList, createList } from '../../domain/lists/create-list.ts';
import { type UpdatedList, updateList } from '../../domain/lists/update-list.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ChannelEnum, DirectionEnum, List } from './list.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const BlockInput = builder.inputType('BlockInput', {
  description: 'A kind of contact that a list is to block.',
  fields: (t) => ({
    direction: t.field({ type: DirectionEnum, required: true, description: 'Who contacts whom.' }),
    channel: t.field({ type: ChannelEnum, required: true, description: 'How.' }),
  }),
});

const CreateListInput = builder.inputType('CreateListInput', {
  description: 'The new list.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description:
        'The short name that inputs take: 2 to 40 of A-Z, 0-9 and _, no phone number, unique in the environment. Never changes.',
    }),
    name: t.string({ required: true, description: 'The name for people, 1 to 100 characters; agents are told it.' }),
    description: t.string({ description: 'What the list is for, at most 500 characters.' }),
    blocks: t.field({
      type: [BlockInput],
      required: true,
      description: 'What a number on it is blocked for: at least one kind of contact.',
    }),
    campaigns: t.stringList({
      description: 'Keys of the campaigns that it counts for; none, or left out: for all.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const CreateListPayload = builder.objectRef<Answer<CreatedList>>('CreateListPayload').implement({
  interfaces: [Payload],
  description: 'The answer to createList.',
  fields: (t) => ({
    list: t.prismaField({
      type: List,
      nullable: true,
      description: 'The new list; null when nothing was done (see userErrors).',
      resolve: (query, { outcome }, _args, context) => listOf(query, outcome, context),
    }),
  }),
});

builder.mutationField('createList', (t) =>
  t.field({
    type: CreateListPayload,
    nullable: true,
    description:
      'Makes a list of your own, as one change in the log: numbers are added to it, imported and checked as on the built-in ones. An environment takes 100. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'list:manage' },
    args: { input: t.arg({ type: CreateListInput, required: true, description: 'The new list.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => createList(viewer, input, { log: services.log })),
  }),
);

const UpdateListInput = builder.inputType('UpdateListInput', {
  description: 'What to change of a custom list. A field that is left out, or null, stays.',
  fields: (t) => ({
    list: t.string({ required: true, description: 'Its key. A built-in list can not be altered.' }),
    name: t.string({ description: 'The name for people, 1 to 100 characters.' }),
    description: t.string({ description: 'What the list is for, at most 500 characters; "" clears it.' }),
    blocks: t.field({
      type: [BlockInput],
      description: 'All that a number on it is blocked for, from now on: at least one kind of contact.',
    }),
    campaigns: t.stringList({
      description:
        'Keys of all campaigns that it counts for, from now on; an empty list: for all. One that is archived may stay, but not be attached.',
    }),
    isEnabled: t.boolean({
      description:
        'False archives it: its entries stay and do not count, and it takes no more of them; true undoes that.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UpdateListPayload = builder.objectRef<Answer<UpdatedList>>('UpdateListPayload').implement({
  interfaces: [Payload],
  description: 'The answer to updateList.',
  fields: (t) => ({
    list: t.prismaField({
      type: List,
      nullable: true,
      description: 'The list as it is now; null when nothing was done (see userErrors).',
      resolve: (query, { outcome }, _args, context) => listOf(query, outcome, context),
    }),
    isChanged: t.boolean({
      description: 'False when it was so already: then the log has no change.',
      resolve: ({ outcome }) => outcome?.outcome === 'CHANGED',
    }),
  }),
});

builder.mutationField('updateList', (t) =>
  t.field({
    type: UpdateListPayload,
    nullable: true,
    description:
      "Changes a custom list, as one change in the log; every verdict follows at once. REFUSED for a built-in list, and when a list that holds permanent entries or people's own opt-outs would block less: what it blocks, the campaigns that it counts for, or all of it. COMPLIANCE and ADMIN may.",
    authScopes: { may: 'list:manage' },
    args: { input: t.arg({ type: UpdateListInput, required: true, description: 'Which list, and what of it.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => updateList(viewer, input, { log: services.log })),
  }),
);

function listOf(query: object, outcome: { readonly listId: number } | null, { viewer, services }: Context) {
  if (!outcome) return null;
  return services.database.prisma.list.findUnique({
    ...query,
    where: { environmentId_id: { environmentId: viewer.environmentId, id: outcome.listId } },
  });
}
