import { consentSentence, isOutranked } from '../../domain/consents/consent-outcome.ts';
import { type RecordedConsent, recordConsent } from '../../domain/consents/record-consent.ts';
import { type RefusedMethod, refusedMethods } from '../../domain/consents/refused-methods.ts';
import { builder } from '../builder.ts';
import { Consent, consentKey } from './consent.ts';
import { ConsentLevelEnum, MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum } from './list.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';
import { shownVerdict, Verdict } from './verdict.ts';

const refused = Object.entries(refusedMethods).map(([name, why]) => [name, { description: `Refused. ${why}` }]);

const GivenConsentMethod = builder.enumType('GivenConsentMethod', {
  description:
    'How a consent is said to have been given. Four ways count; the others are refused, each with its reason, so that a form can offer them and explain.',
  values: {
    WEB_FORM: { description: 'A web form in which they entered their number and ticked a consent box themselves.' },
    VERBAL: { description: 'Said during a phone call. Needs evidence: who asked, on which call, what was agreed.' },
    INBOUND_TEXT: { description: 'They texted your number. Gives EXPRESS at most, never EXPRESS_WRITTEN.' },
    PAPER_FORM: { description: 'A paper form with their signature.' },
    ...(Object.fromEntries(refused) as Record<RefusedMethod, { description: string }>),
  },
});

const RecordConsentInput = builder.inputType('RecordConsentInput', {
  description: 'Who agreed to what, and how that can be shown.',
  fields: (t) => ({
    phone: t.string({
      required: true,
      description: 'Their number as people write it; it must be one that can be contacted.',
    }),
    channel: t.field({ type: ChannelEnum, required: true, description: 'How they may be contacted.' }),
    level: t.field({
      type: ConsentLevelEnum,
      required: true,
      description:
        'How firmly they agreed. EXPRESS_WRITTEN needs WEB_FORM or PAPER_FORM, and evidence. IMPLIED needs INBOUND_TEXT, SMS, CONVERSATIONAL and the business number.',
    }),
    purpose: t.field({ type: MessageTypeEnum, required: true, description: 'What for, as they were told.' }),
    method: t.field({ type: GivenConsentMethod, required: true, description: 'How they agreed.' }),
    evidence: t.string({
      description:
        'The proof as text or a link, at most 10,000 characters: which form, where, what it said. Required for EXPRESS_WRITTEN and for VERBAL.',
    }),
    businessNumber: t.string({
      description: 'The number of your business that it is for; leave it out for all of them.',
    }),
    givenAt: t.field({ type: 'DateTime', description: 'When they agreed, not later than now; by default now.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RecordConsentPayload = builder.objectRef<Answer<RecordedConsent>>('RecordConsentPayload').implement({
  interfaces: [Payload],
  description: 'The answer to recordConsent.',
  fields: (t) => ({
    consent: t.prismaField({
      type: Consent,
      nullable: true,
      description: 'The consent; null when nothing was recorded (see userErrors), and without consent:see.',
      authScopes: { may: 'consent:see' },
      unauthorizedResolver: () => null,
      resolve: (query, { outcome }, _args, { viewer, services }) =>
        outcome &&
        services.database.prisma.consent.findUnique({
          ...query,
          where: consentKey(viewer.environmentId, outcome.consent.id),
        }),
    }),
    isNew: t.boolean({
      description: 'False when nothing was recorded, and for a conversation that has its implied consent already.',
      resolve: ({ outcome }) => outcome?.isNew ?? false,
    }),
    isOutranked: t.boolean({
      description:
        'Whether they may not be contacted over this channel all the same: they opted out after they gave it (then it is kept as ended), or are on a list that blocks it. A consent never unblocks.',
      resolve: ({ outcome }) => outcome !== null && isOutranked(outcome),
    }),
    message: t.string({
      nullable: true,
      description: 'What the consent is good for, or why it is not in effect, for people.',
      resolve: ({ outcome }) => outcome && consentSentence(outcome),
    }),
    verdict: t.field({
      type: Verdict,
      nullable: true,
      description: 'Whether they may be contacted over this channel now, without regard to consents.',
      resolve: ({ outcome }, _args, context) => outcome && shownVerdict(outcome.verdict, context),
    }),
  }),
});

builder.mutationField('recordConsent', (t) =>
  t.field({
    type: RecordConsentPayload,
    nullable: true,
    description:
      'Keeps a consent that somebody gave, as one change in the log. What is no consent is refused with the reason. One to texts that is older than their newest opt-out is kept as ended by it. ADMIN, COMPLIANCE, AGENT and INTEGRATOR may.',
    authScopes: { may: 'consent:record' },
    args: { input: t.arg({ type: RecordConsentInput, required: true, description: 'The consent.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () => {
        const { log, verdicts } = services;
        return recordConsent(viewer, input, { log, verdicts, settings: await services.settings(viewer.environmentId) });
      }),
  }),
);
