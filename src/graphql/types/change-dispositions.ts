import { readsLikeStop } from '../../domain/dispositions/reads-like-stop.ts';
import { type RemovedDisposition, removeDisposition } from '../../domain/dispositions/remove-disposition.ts';
import { type SavedDisposition, saveDisposition } from '../../domain/dispositions/save-disposition.ts';
import { builder } from '../builder.ts';
import { Disposition } from './disposition.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const SaveDispositionInput = builder.inputType('SaveDispositionInput', {
  description: 'A disposition, new or to be altered.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'As agents see it, 1 to 100 characters. One of this name, whatever its capitals, is altered.',
    }),
    addsToDnc: t.boolean({
      required: true,
      description: 'Whether a call that is reported with it, from now on, adds the number to DNC.',
    }),
    campaign: t.string({ description: 'The key of the campaign that it is for; left out: for all.' }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const SaveDispositionPayload = builder.objectRef<Answer<SavedDisposition>>('SaveDispositionPayload').implement({
  interfaces: [Payload],
  description: 'The answer to saveDisposition.',
  fields: (t) => ({
    disposition: t.field({
      type: Disposition,
      nullable: true,
      description:
        'The disposition as it is now; null when nothing was done (see userErrors), and in a replayed answer when it was removed since.',
      resolve: ({ outcome }) => outcome?.disposition ?? null,
    }),
    isChanged: t.boolean({
      description: 'False when it was so already: then the log has no change.',
      resolve: ({ outcome }) => outcome !== null && outcome.outcome !== 'UNCHANGED',
    }),
    warning: t.string({
      nullable: true,
      description: 'Set when the name reads like a request to stop and the disposition adds nobody to a list.',
      resolve: ({ outcome }) =>
        outcome?.disposition && !outcome.disposition.addsToDnc && readsLikeStop(outcome.disposition.name)
          ? 'This name reads as if the contact asked to be left alone, but calls that are reported with it add nobody to DNC. If they should, save it again with addsToDnc: true.'
          : null,
    }),
  }),
});

builder.mutationField('saveDisposition', (t) =>
  t.field({
    type: SaveDispositionPayload,
    nullable: true,
    description:
      'Makes or alters a disposition of the environment or of a campaign, as one change in the log. What was reported before stays as it was taken. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'campaign:manage' },
    args: { input: t.arg({ type: SaveDispositionInput, required: true, description: 'The disposition.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => saveDisposition(viewer, input, { log: services.log })),
  }),
);

const RemoveDispositionInput = builder.inputType('RemoveDispositionInput', {
  description: 'Which disposition to remove.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, whatever the capitals.' }),
    campaign: t.string({
      description: "The key of the campaign that it is for; left out: the environment's of this name.",
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const RemoveDispositionPayload = builder.objectRef<Answer<RemovedDisposition>>('RemoveDispositionPayload').implement({
  interfaces: [Payload],
  description: 'The answer to removeDisposition.',
  fields: (t) => ({
    isRemoved: t.boolean({
      description: 'Whether it was removed; false when nothing was done (see userErrors).',
      resolve: ({ outcome }) => outcome !== null,
    }),
  }),
});

builder.mutationField('removeDisposition', (t) =>
  t.field({
    type: RemoveDispositionPayload,
    nullable: true,
    description:
      'Removes a disposition, as one change in the log: a call that is reported with it adds nobody from now on. It lifts no entry. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'campaign:manage' },
    args: { input: t.arg({ type: RemoveDispositionInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => removeDisposition(viewer, input, { log: services.log })),
  }),
);
