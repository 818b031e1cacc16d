import { type UpdatedSettings, updateSettings } from '../../domain/settings/update-settings.ts';
import { builder } from '../builder.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { ConsentEnforcement, Settings } from './settings.ts';
import { answering } from './user-error.ts';

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to change of the settings. A field that is left out, or null, stays.',
  fields: (t) => ({
    businessName: t.string({
      description: 'Who replies to contacts say they are from, at most 100 characters; "" clears it.',
    }),
    defaultCountry: t.string({
      description: 'How a number without + is read: the two letters of ISO 3166-1, such as "DE".',
    }),
    enforcePending: t.boolean({
      description: 'Whether PENDING entries of the sources MANUAL, API and IMPORT block. Off unblocks them at once.',
    }),
    stopBlocksCalls: t.boolean({ description: 'Whether a STOP by text lists the number on DNC too, from now on.' }),
    helpText: t.string({
      description: 'The answer to HELP and INFO, at most 320 characters; "" for the usual one.',
    }),
    optOutKeywords: t.stringList({
      description:
        'All opt-out keywords of your own, at most 100 of 1 to 40 characters, in any language: a text of nothing else opts out. REFUSED for START, UNSTOP, YES, HELP and INFO, which have a meaning of their own.',
    }),
    removedOptOutKeywords: t.stringList({
      description:
        'All usual opt-out keywords that you do without: of STOPALL, STOP ALL, OPTOUT and REMOVE. REFUSED for STOP, QUIT, END, REVOKE, OPT OUT, CANCEL and UNSUBSCRIBE, which end a consent by law (47 CFR 64.1200(a)(10)).',
    }),
    optOutPhrases: t.stringList({
      description:
        'All phrases that ask to be left alone, at most 100 of 3 to 200 characters; found in texts and in what contacts say in calls, whatever the case, accents and punctuation.',
    }),
    optOutDetection: t.boolean({
      description: 'Whether transcripts of calls are searched for such requests, where the campaign does not say.',
    }),
    ivrOptOutKeys: t.stringList({
      description:
        'All keys of a phone menu that mean "don\'t call me", each one of 0 to 9, * and #, where the campaign has none of its own.',
    }),
    consentEnforcement: t.field({
      type: ConsentEnforcement,
      description: 'What a text gets for which the consent on file does not suffice, from now on.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UpdateSettingsPayload = builder.objectRef<Answer<UpdatedSettings>>('UpdateSettingsPayload').implement({
  interfaces: [Payload],
  description: 'The answer to updateSettings.',
  fields: (t) => ({
    settings: t.field({
      type: Settings,
      nullable: true,
      description: 'All settings as they hold now; null when nothing was done (see userErrors).',
      resolve: ({ outcome }) => outcome?.settings ?? null,
    }),
    isChanged: t.boolean({
      description: 'False when they were so already: then the log has no change.',
      resolve: ({ outcome }) => outcome?.outcome === 'CHANGED',
    }),
  }),
});

builder.mutationField('updateSettings', (t) =>
  t.field({
    type: UpdateSettingsPayload,
    nullable: true,
    description:
      'Changes settings of the environment, as one change in the log. A list of texts replaces the one before. It lifts no entry; it may change whether PENDING ones block. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'settings:write' },
    args: { input: t.arg({ type: UpdateSettingsInput, required: true, description: 'What to change.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => updateSettings(viewer, input, { log: services.log })),
  }),
);
