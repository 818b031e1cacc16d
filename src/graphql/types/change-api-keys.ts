import { type CreatedApiKey, createApiKey } from '../../domain/keys/create-api-key.ts';
import { type RevokedApiKey, revokeApiKey } from '../../domain/keys/revoke-api-key.ts';
import type { UserProblem } from '../../domain/user-problem.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { ApiKey } from './api-key.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';
import { Role } from './viewer.ts';

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'The new key.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What people call it, 1 to 100 characters, such as "Dialer 2".' }),
    role: t.field({ type: Role, required: true, description: 'What it may do; never changes.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it ends by itself, in the future and before 2200; leave it out for a key without end.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const CreateApiKeyPayload = builder.objectRef<Answer<CreatedApiKey>>('CreateApiKeyPayload').implement({
  interfaces: [Payload],
  description: 'The answer to createApiKey.',
  fields: (t) => ({
    apiKey: t.prismaField({
      type: ApiKey,
      nullable: true,
      description: 'The new key; null when nothing was done (see userErrors).',
      resolve: (query, { outcome }, _args, context) => keyOf(query, outcome, context),
    }),
    secret: t.string({
      nullable: true,
      description:
        'The key itself, to be sent as "Authorization: Bearer …". Shown this one time: Quietline keeps only a hash of it. Null in a replayed answer; then make another key.',
      resolve: ({ outcome }) => outcome?.secret ?? null,
    }),
  }),
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key to end.',
  fields: (t) => ({
    apiKeyId: t.id({ required: true, description: 'Which key, by its id; it may be your own.' }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RevokeApiKeyPayload = builder.objectRef<Answer<RevokedApiKey>>('RevokeApiKeyPayload').implement({
  interfaces: [Payload],
  description: 'The answer to revokeApiKey.',
  fields: (t) => ({
    apiKey: t.prismaField({
      type: ApiKey,
      nullable: true,
      description: 'The ended key; null when nothing was done (see userErrors).',
      resolve: (query, { outcome }, _args, context) => keyOf(query, outcome, context),
    }),
    isChanged: t.boolean({
      description: 'False when it was revoked before.',
      resolve: ({ outcome }) => outcome?.outcome === 'REVOKED',
    }),
  }),
});

async function keyOf(query: object, outcome: CreatedApiKey | RevokedApiKey | null, { viewer, services }: Context) {
  if (!outcome) return null;
  const { environmentId } = viewer;
  return services.database.prisma.apiKey.findUnique({
    ...query,
    where: { environmentId_id: { environmentId, id: outcome.apiKey.id } },
  });
}

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: CreateApiKeyPayload,
    nullable: true,
    description: 'Makes a key for your environment and shows it once. ADMIN may.',
    authScopes: { may: 'key:manage' },
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'Its name, role and end.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => createApiKey(viewer, input, { log: services.log, serverSecret: services.serverSecret })),
  }),
);

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: RevokeApiKeyPayload,
    nullable: true,
    description:
      'Ends a key for ever: its next request is refused and its sockets close, on this server before the answer, on every other within two seconds. The last active ADMIN key is refused. ADMIN may.',
    authScopes: { may: 'key:manage' },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which key, and why.' }) },
    resolve: async (_root, { input: { apiKeyId, ...input } }, { viewer, services }) => {
      let closed: Promise<void> | null = null;
      const forgetKey = (keyId: number) => {
        closed = services.revoked(viewer.environmentId, keyId);
      };
      const answer = await answering(() =>
        revokeApiKey(viewer, { ...input, id: keyIdOf(String(apiKeyId)) }, { log: services.log, forgetKey }),
      );
      await closed;
      return { ...answer, userErrors: answer.userErrors.map(inWordsOfTheInput) };
    },
  }),
);

/** 0 for anything that isn't the id of a key: there is none with that id. */
function keyIdOf(globalId: string): number {
  const [typename, id] = Buffer.from(globalId, 'base64url').toString('utf8').split(':');
  return typename === 'ApiKey' && /^\d{1,9}$/.test(id ?? '') ? Number(id) : 0;
}

/** What the domain calls `id` is `apiKeyId` to the client. */
function inWordsOfTheInput(problem: UserProblem): UserProblem {
  return problem.path.join('.') === 'input.id' ? { ...problem, path: ['input', 'apiKeyId'] } : problem;
}
