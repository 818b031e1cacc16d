import { endpointAddress } from '../../domain/webhooks/endpoint-address.ts';
import type { EndpointKind } from '../../domain/webhooks/endpoint-row.ts';
import { builder } from '../builder.ts';
import { Actor } from './actor.ts';

export const WebhookKind = builder.enumType('WebhookKind', {
  description: 'Whose requests a webhook endpoint takes.',
  values: {
    TWILIO: {
      description:
        'Twilio\'s "A message comes in": a form post with X-Twilio-Signature, answered with TwiML that sends the reply.',
    },
    GENERIC: {
      description:
        'Anybody\'s: JSON with from, to, body, externalId and perhaps receivedAt (ISO 8601, RFC 2822, or seconds or milliseconds since 1970) and campaign, signed by the header "Quietline-Signature: t=<seconds>,v1=<hex of HMAC-SHA256 over t, a full stop and the body>", at most five minutes old. Answered with JSON; what was taken in spite of a fault is in its `warnings`.',
    },
  },
});

/** Guarded as a type and in `findUnique`: `node(id:)` finds none without the permission. */
export const WebhookEndpoint = builder.prismaNode('WebhookEndpoint', {
  description:
    'An address of this server that a carrier posts inbound texts to, in place of receiveMessage. It belongs to one environment; its secret is kept sealed and shown to nobody. ADMIN and COMPLIANCE may see endpoints.',
  authScopes: { may: 'webhook:manage' },
  nullable: true,
  id: { resolve: ({ id }) => String(id), description: 'The id of this endpoint, for `node` and for mutations.' },
  findUnique: (id, { viewer }) => ({
    environmentId_id: {
      environmentId: viewer.can('webhook:manage') ? viewer.environmentId : 0,
      id: /^\d{1,9}$/.test(id) ? Number(id) : 0,
    },
  }),
  fields: (t) => ({
    kind: t.field({
      type: WebhookKind,
      description: 'Whose requests it takes.',
      select: { kind: true },
      resolve: ({ kind }) => kind as EndpointKind,
    }),
    name: t.exposeString('name', { description: 'What people call it, such as "Twilio, US numbers".' }),
    url: t.string({
      description:
        'The address to enter at the carrier, with POST: `publicUrl`, else PUBLIC_URL of this server and the path. Only the path, where neither is set.',
      select: { token: true, publicUrl: true },
      resolve: (endpoint, _args, { services }) => endpointAddress(endpoint, services.webhooks.publicUrl),
    }),
    path: t.string({
      description: 'The path that requests must have when they reach this server, for the rules of a proxy.',
      select: { token: true },
      resolve: ({ token }) => endpointAddress({ token, publicUrl: null }, undefined),
    }),
    publicUrl: t.exposeString('publicUrl', {
      nullable: true,
      description:
        'The whole address that the carrier calls, where a proxy makes it differ from that of this server: Twilio signs it.',
    }),
    carrierAnswers: t.exposeBoolean('carrierAnswers', {
      description:
        'Whether the carrier answers opt-outs itself: then a request that says so (OptOutType) is done, and gets an empty answer.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.field({
      type: Actor,
      nullable: true,
      description: 'Who made it. Null without the permission evidence:see.',
      select: { createdById: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ createdById }, _args, { loaders }) => loaders.actor.load(createdById),
    }),
    removedAt: t.expose('removedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was removed; null for one that takes requests.',
    }),
  }),
});

builder.queryField('webhookEndpoints', (t) =>
  t.prismaField({
    type: [WebhookEndpoint],
    nullable: true,
    description:
      'The webhook endpoints of your environment that take requests, newest first: at most 100. ADMIN and COMPLIANCE may.',
    authScopes: { may: 'webhook:manage' },
    complexity: { multiplier: 10 },
    resolve: (query, _root, _args, { viewer, services }) =>
      services.database.prisma.webhookEndpoint.findMany({
        ...query,
        where: { environmentId: viewer.environmentId, removedAt: null },
        orderBy: { id: 'desc' },
      }),
  }),
);
