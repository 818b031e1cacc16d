import { cursorAt } from '../../changes/change-stream.ts';
import { toPosition } from '../../changes/position.ts';
import { type CreateEnvironmentOutcome, createEnvironment } from '../../domain/accounts/create-environment.ts';
import { parseSettings } from '../../domain/settings.ts';
import { builder } from '../builder.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { Settings } from './settings.ts';
import { answering } from './user-error.ts';

const EnvironmentKind = builder.enumType('EnvironmentKind', {
  description: 'Whether an environment is for real contacts. It decides how its keys begin.',
  values: {
    LIVE: { description: 'For real contacts. Keys begin with ql_live_.' },
    TEST: { description: 'For trying things out. Keys begin with ql_test_.' },
  },
});

export const Environment = builder.prismaNode('Environment', {
  description:
    'One world of an account, with lists, entries, settings, keys and a log of its own. Nothing crosses from one to another: of an environment that is not yours you see no more than that it is there.',
  nullable: true,
  id: { resolve: ({ id }) => String(id), description: 'The id of this environment; `node` knows yours alone.' },
  findUnique: (id, { viewer }) => ({
    id: viewer.can('list:read') && id === String(viewer.environmentId) ? viewer.environmentId : 0,
  }),
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The short name, unique in the account, such as "production".' }),
    kind: t.field({
      type: EnvironmentKind,
      description: 'Whether it is for real contacts.',
      select: { kind: true },
      resolve: ({ kind }) => kind,
    }),
    settings: t.field({
      type: Settings,
      nullable: true,
      description: 'How it works. Null for an environment that is not yours.',
      select: { id: true, settings: true },
      resolve: ({ id, settings }, _args, { viewer }) => (id === viewer.environmentId ? parseSettings(settings) : null),
    }),
    changeCursor: t.field({
      type: 'ChangeCursor',
      nullable: true,
      description:
        'The end of its log now: whatever is committed later comes after it. Null for one that is not yours.',
      select: { id: true, epoch: true, head: true, headHash: true },
      resolve: ({ id, epoch, head, headHash }, _args, { viewer, services }) =>
        id === viewer.environmentId
          ? services.cursors.encode(cursorAt({ environmentId: id, epoch }, toPosition(head), headHash))
          : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    accountName: t.string({
      description: 'The name of the account that it belongs to: yours.',
      select: { account: { select: { name: true } } },
      resolve: ({ account }) => account.name,
    }),
  }),
});

builder.queryField('environment', (t) =>
  t.prismaField({
    type: Environment,
    nullable: true,
    description: 'The environment that your key or token opens. Everybody with a role may see it.',
    authScopes: { may: 'list:read' },
    resolve: (query, _root, _args, { viewer, services }) =>
      services.database.prisma.environment.findUniqueOrThrow({ ...query, where: { id: viewer.environmentId } }),
  }),
);

builder.queryField('environments', (t) =>
  t.prismaField({
    type: [Environment],
    nullable: true,
    description: 'Every environment of your account, the oldest first. ADMIN may.',
    authScopes: { may: 'environment:manage' },
    complexity: { multiplier: 10 },
    resolve: (query, _root, _args, { viewer, services }) =>
      services.database.prisma.environment.findMany({
        ...query,
        where: { accountId: viewer.accountId },
        orderBy: { id: 'asc' },
      }),
  }),
);

const CreateEnvironmentInput = builder.inputType('CreateEnvironmentInput', {
  description: 'The new environment.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Unique in the account: 2 to 32 of a-z, 0-9 and -, beginning with a letter, such as "staging".',
    }),
    kind: t.field({
      type: EnvironmentKind,
      defaultValue: 'TEST',
      description: 'Whether it is for real contacts; never changes.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const CreateEnvironmentPayload = builder
  .objectRef<Answer<CreateEnvironmentOutcome>>('CreateEnvironmentPayload')
  .implement({
    interfaces: [Payload],
    description: 'The answer to createEnvironment.',
    fields: (t) => ({
      environment: t.prismaField({
        type: Environment,
        nullable: true,
        description: 'The new environment; null when nothing was done (see userErrors).',
        resolve: (query, { outcome }, _args, { viewer, services }) =>
          outcome &&
          services.database.prisma.environment.findUnique({
            ...query,
            where: { id: outcome.environment.id, accountId: viewer.accountId },
          }),
      }),
      adminKey: t.string({
        nullable: true,
        description:
          'Its first ADMIN key, shown this one time: Quietline keeps only a hash of it. Null in a replayed answer.',
        resolve: ({ outcome }) => outcome?.adminKey ?? null,
      }),
    }),
  });

builder.mutationField('createEnvironment', (t) =>
  t.field({
    type: CreateEnvironmentPayload,
    nullable: true,
    description:
      'Makes one more environment in your account, with the built-in lists, settings and an ADMIN key of its own. ADMIN may.',
    authScopes: { may: 'environment:manage' },
    args: { input: t.arg({ type: CreateEnvironmentInput, required: true, description: 'Its key and kind.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => createEnvironment(viewer, input, { log: services.log, serverSecret: services.serverSecret })),
  }),
);
