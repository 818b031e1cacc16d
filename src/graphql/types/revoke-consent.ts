import { type RevokedConsents, revokeConsent } from '../../domain/consents/revoke-consent.ts';
import { builder } from '../builder.ts';
import { Consent } from './consent.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum } from './list.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const RevokeConsentInput = builder.inputType('RevokeConsentInput', {
  description: 'Whose consents end, and which; with the number alone all of them.',
  fields: (t) => ({
    phone: t.string({ required: true, description: 'Their number as people write it.' }),
    channel: t.field({ type: ChannelEnum, description: 'Only to contacts over this channel.' }),
    purpose: t.field({
      type: MessageTypeEnum,
      description:
        'Only those that would still allow this: given for it or for a purpose that includes it. CONVERSATIONAL therefore ends all.',
    }),
    businessNumber: t.string({
      description: 'Only those for this number of your business, or for all of its numbers.',
    }),
    revokedAt: t.field({
      type: 'DateTime',
      description: 'When they said so, not later than now; by default now. Consents that they gave later stay.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the changes.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RevokeConsentPayload = builder.objectRef<Answer<RevokedConsents>>('RevokeConsentPayload').implement({
  interfaces: [Payload],
  description: 'The answer to revokeConsent.',
  fields: (t) => ({
    endedCount: t.int({
      description: 'How many consents ended by it; 0 when none was active that fits.',
      resolve: ({ outcome }) => outcome?.ended.length ?? 0,
    }),
    consents: t.prismaField({
      type: [Consent],
      nullable: true,
      description:
        'The consents that ended, in the order of their recording; null when nothing was done (see userErrors), and without consent:see.',
      authScopes: { may: 'consent:see' },
      unauthorizedResolver: () => null,
      complexity: { multiplier: 10 },
      resolve: (query, { outcome }, _args, { viewer, services }) =>
        outcome &&
        services.database.prisma.consent.findMany({
          ...query,
          where: { environmentId: viewer.environmentId, id: { in: outcome.ended.map(({ id }) => BigInt(id)) } },
          orderBy: { id: 'asc' },
        }),
    }),
  }),
});

builder.mutationField('revokeConsent', (t) =>
  t.field({
    type: RevokeConsentPayload,
    nullable: true,
    description:
      'Ends what somebody agreed to, as one change set in the log. It lists nothing: to contact them no more, add the number to DNT or DNC as well. ADMIN, COMPLIANCE, AGENT, DIALER and INTEGRATOR may.',
    authScopes: { may: 'consent:revoke' },
    args: { input: t.arg({ type: RevokeConsentInput, required: true, description: 'Whose, and which.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () =>
        revokeConsent(viewer, input, {
          log: services.log,
          settings: await services.settings(viewer.environmentId),
        }),
      ),
  }),
);
