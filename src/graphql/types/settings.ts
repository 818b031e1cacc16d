import { type UpdatedSettings, updateSettings } from '../../domain/settings/update-settings.ts';
import type { Settings as SettingsShape } from '../../domain/settings.ts';
import { builder } from '../builder.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

export const Settings = builder.objectRef<SettingsShape>('Settings').implement({
  description: 'How one environment works. Everybody with a role may read them; COMPLIANCE and ADMIN may change them.',
  fields: (t) => ({
    businessName: t.exposeString('businessName', {
      description: 'Who replies to contacts say they are from; empty until somebody sets it.',
    }),
    defaultCountry: t.exposeString('defaultCountry', {
      description:
        'How a number without + is read: an ISO 3166-1 country of two capital letters, such as "US" (the default).',
    }),
    enforcePending: t.exposeBoolean('enforcePending', {
      description:
        'Whether PENDING entries of the sources MANUAL, API and IMPORT block (true by default). What a contact said or pressed always blocks, reviewed or not.',
    }),
    stopBlocksCalls: t.exposeBoolean('stopBlocksCalls', {
      description:
        'Whether a STOP by text lists the number on DNC too, not only on DNT (true by default). Switching it never lifts an entry.',
    }),
  }),
});

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
      'Changes settings of the environment, as one change in the log. It lifts no entry; it may change whether PENDING ones block. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'settings:write' },
    args: { input: t.arg({ type: UpdateSettingsInput, required: true, description: 'What to change.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => updateSettings(viewer, input, { log: services.log })),
  }),
);
