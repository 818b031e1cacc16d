import { type UpdateEntryOutcome, updateEntry } from '../../domain/entries/update-entry.ts';
import { builder } from '../builder.ts';
import { Entry } from './entry.ts';
import { entryIdOf } from './entry-selection.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const UpdateEntryInput = builder.inputType('UpdateEntryInput', {
  description: 'What to change of one entry. A field that is left out stays; null clears it.',
  fields: (t) => ({
    entryId: t.id({ required: true, description: 'Which entry.' }),
    phone: t.string({
      description:
        'The right number. It is a removal from the old number and an addition of the new one, in one change set: needs what a removal needs (permission, changeReason, no refusal).',
    }),
    reason: t.string({
      description:
        "The entry's note, at most 1,000 characters. The only thing that can be edited of a permanent entry.",
    }),
    evidence: t.string({ description: "The entry's proof, as text or a link, at most 10,000 characters." }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'When it ends; in the future. Setting or shortening it needs what a removal needs; null takes it away.',
    }),
    externalReference: t.string({ description: 'Your own id for it, at most 200 characters.' }),
    changeReason: t.string({
      description: 'Why it is changed; required when the number changes or the expiry is set or shortened.',
    }),
    changeEvidence: t.string({
      description: 'Proof for the change; required as for a removal where the contact asked for the entry.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UpdateEntryPayload = builder.objectRef<Answer<UpdateEntryOutcome>>('UpdateEntryPayload').implement({
  interfaces: [Payload],
  description: 'The answer to updateEntry.',
  fields: (t) => ({
    entry: t.field({
      type: Entry,
      nullable: true,
      description: 'The entry after the change; of a changed number, the new one.',
      resolve: ({ outcome }, _args, { loaders }) => (outcome?.entryId ? loaders.entry.load(outcome.entryId) : null),
    }),
    isChanged: t.boolean({
      description: 'False when it was so already.',
      resolve: ({ outcome }) => outcome?.isChanged ?? false,
    }),
  }),
});

builder.mutationField('updateEntry', (t) =>
  t.field({
    type: UpdateEntryPayload,
    description:
      'Changes the reason, evidence, expiry, reference or number of one entry. COMPLIANCE, ADMIN and INTEGRATOR may.',
    nullable: true,
    authScopes: { may: 'entry:edit' },
    args: { input: t.arg({ type: UpdateEntryInput, required: true, description: 'Which, and what.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () =>
        updateEntry(
          viewer,
          { ...input, entryId: entryIdOf(String(input.entryId)) },
          {
            log: services.log,
            database: services.database,
            settings: await services.settings(viewer.environmentId),
          },
        ),
      ),
  }),
);
