import { type CreatedEndpoint, createEndpoint } from '../../domain/webhooks/create-endpoint.ts';
import type { EndpointRow } from '../../domain/webhooks/endpoint-row.ts';
import { type RemovedEndpoint, removeEndpoint } from '../../domain/webhooks/remove-endpoint.ts';
import { type UpdatedEndpoint, updateEndpoint } from '../../domain/webhooks/update-endpoint.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { idOf } from '../global-id.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';
import { WebhookEndpoint, WebhookKind } from './webhook-endpoint.ts';

const REASON = 'Why, at most 1,000 characters; kept with the change.';
const SECRET = 'TWILIO: the auth token of your Twilio account, which its requests are signed with. GENERIC: your own';
const PUBLIC_URL =
  'The whole address that the carrier calls, where a proxy makes it differ from PUBLIC_URL of this server and the path; at most 1,000 characters';
const CARRIER_ANSWERS =
  'Whether the carrier answers opt-outs itself, as Twilio does unless it was told otherwise; only for TWILIO';

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'The new endpoint.',
  fields: (t) => ({
    kind: t.field({ type: WebhookKind, required: true, description: 'Whose requests it takes; never changes.' }),
    name: t.string({ required: true, description: 'What people call it, 1 to 100 characters.' }),
    secret: t.string({
      description: `${SECRET}, 16 to 200 letters, digits and signs; without one it is made, and shown once.`,
    }),
    publicUrl: t.string({ description: `${PUBLIC_URL}.` }),
    carrierAnswers: t.boolean({ description: `${CARRIER_ANSWERS}. By default true for TWILIO.` }),
    reason: t.string({ description: REASON }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'What to change of an endpoint. A field that is left out, or null, stays.',
  fields: (t) => ({
    webhookEndpointId: t.id({ required: true, description: 'Which endpoint, by its id.' }),
    name: t.string({ description: 'What people call it, 1 to 100 characters.' }),
    secret: t.string({ description: `${SECRET}. The old one ends at once.` }),
    publicUrl: t.string({ description: `${PUBLIC_URL}; "" clears it.` }),
    carrierAnswers: t.boolean({ description: `${CARRIER_ANSWERS}.` }),
    reason: t.string({ description: REASON }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RemoveWebhookEndpointInput = builder.inputType('RemoveWebhookEndpointInput', {
  description: 'Which endpoint to remove.',
  fields: (t) => ({
    webhookEndpointId: t.id({ required: true, description: 'Which endpoint, by its id.' }),
    reason: t.string({ description: REASON }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const CreateWebhookEndpointPayload = builder
  .objectRef<Answer<CreatedEndpoint>>('CreateWebhookEndpointPayload')
  .implement({
    interfaces: [Payload],
    description: 'The answer to createWebhookEndpoint.',
    fields: (t) => ({
      webhookEndpoint: t.prismaField({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The new endpoint, with the address for the carrier; null when nothing was done (see userErrors).',
        resolve: (query, { outcome }, _args, context) => endpointOf(query, outcome, context),
      }),
      secret: t.string({
        nullable: true,
        description:
          'The secret that was made for a GENERIC endpoint. Shown this one time; null when you gave one, and in a replayed answer.',
        resolve: ({ outcome }) => outcome?.secret ?? null,
      }),
    }),
  });

const UpdateWebhookEndpointPayload = builder
  .objectRef<Answer<UpdatedEndpoint>>('UpdateWebhookEndpointPayload')
  .implement({
    interfaces: [Payload],
    description: 'The answer to updateWebhookEndpoint.',
    fields: (t) => ({
      webhookEndpoint: t.prismaField({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The endpoint as it is now; null when nothing was done (see userErrors).',
        resolve: (query, { outcome }, _args, context) => endpointOf(query, outcome, context),
      }),
      isChanged: t.boolean({
        description: 'False when it was so already: then the log has no change.',
        resolve: ({ outcome }) => outcome?.outcome === 'CHANGED',
      }),
    }),
  });

const RemoveWebhookEndpointPayload = builder
  .objectRef<Answer<RemovedEndpoint>>('RemoveWebhookEndpointPayload')
  .implement({
    interfaces: [Payload],
    description: 'The answer to removeWebhookEndpoint.',
    fields: (t) => ({
      webhookEndpoint: t.prismaField({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The removed endpoint; null when nothing was done (see userErrors).',
        resolve: (query, { outcome }, _args, context) => endpointOf(query, outcome, context),
      }),
      isChanged: t.boolean({
        description: 'False when it was removed before.',
        resolve: ({ outcome }) => outcome?.outcome === 'REMOVED',
      }),
    }),
  });

async function endpointOf(
  query: object,
  outcome: { readonly endpoint: EndpointRow } | null,
  { viewer, services }: Context,
) {
  if (!outcome) return null;
  const { environmentId } = viewer;
  return services.database.prisma.webhookEndpoint.findUnique({
    ...query,
    where: { environmentId_id: { environmentId, id: outcome.endpoint.id } },
  });
}

/** 0 for what isn't the id of an endpoint: there is none with that id. */
function endpointId(text: string): number {
  const id = idOf('WebhookEndpoint', text);
  return id !== null && /^\d{1,9}$/.test(id) ? Number(id) : 0;
}

builder.mutationField('createWebhookEndpoint', (t) =>
  t.field({
    type: CreateWebhookEndpointPayload,
    nullable: true,
    description:
      'Makes an address that a carrier may post inbound texts to; an environment has at most 100. ADMIN and COMPLIANCE may.',
    authScopes: { may: 'webhook:manage' },
    args: { input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The endpoint.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => createEndpoint(viewer, input, { log: services.log, seal: services.webhooks.seal })),
  }),
);

builder.mutationField('updateWebhookEndpoint', (t) =>
  t.field({
    type: UpdateWebhookEndpointPayload,
    nullable: true,
    description: "Changes an endpoint's name, secret, public address or who answers. ADMIN and COMPLIANCE may.",
    authScopes: { may: 'webhook:manage' },
    args: { input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'What to change.' }) },
    resolve: (_root, { input: { webhookEndpointId, ...input } }, { viewer, services }) =>
      answering(() =>
        updateEndpoint(
          viewer,
          { ...input, id: endpointId(webhookEndpointId) },
          { log: services.log, seal: services.webhooks.seal },
        ),
      ),
  }),
);

builder.mutationField('removeWebhookEndpoint', (t) =>
  t.field({
    type: RemoveWebhookEndpointPayload,
    nullable: true,
    description:
      'Ends an endpoint for ever: from then on every server answers its address with 404. ADMIN and COMPLIANCE may.',
    authScopes: { may: 'webhook:manage' },
    args: { input: t.arg({ type: RemoveWebhookEndpointInput, required: true, description: 'Which, and why.' }) },
    resolve: (_root, { input: { webhookEndpointId, ...input } }, { viewer, services }) =>
      answering(() => removeEndpoint(viewer, { ...input, id: endpointId(webhookEndpointId) }, { log: services.log })),
  }),
);
