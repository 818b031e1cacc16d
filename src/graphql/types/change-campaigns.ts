import { type CreatedCampaign, createCampaign } from '../../domain/campaigns/create-campaign.ts';
import { type UpdatedCampaign, updateCampaign } from '../../domain/campaigns/update-campaign.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Campaign } from './campaign.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const PHRASES =
  "All phrases that are taken for a clear request to stop, beside the environment's: at most 100 of 3 to 200 characters.";

const CreateCampaignInput = builder.inputType('CreateCampaignInput', {
  description: 'The new campaign.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description:
        'Your own id of it, such as that of your dialer: 1 to 64 letters, digits and . _ - : unique in the environment. Never changes.',
    }),
    name: t.string({ required: true, description: 'The name for people, 1 to 100 characters.' }),
    optOutDetection: t.boolean({
      defaultValue: true,
      description: 'Whether transcripts of its calls are searched for a request to stop.',
    }),
    phrases: t.stringList({ description: PHRASES }),
    ivrOptOutKeys: t.stringList({
      description:
        'Keys of its phone menu that mean "don\'t call me", each one of 0 to 9, * and #. Left out or null: those of the environment; an empty list: none.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const CreateCampaignPayload = builder.objectRef<Answer<CreatedCampaign>>('CreateCampaignPayload').implement({
  interfaces: [Payload],
  description: 'The answer to createCampaign.',
  fields: (t) => ({
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The new campaign; null when nothing was done (see userErrors).',
      resolve: ({ outcome }, _args, context) => campaignOf(outcome, context),
    }),
  }),
});

builder.mutationField('createCampaign', (t) =>
  t.field({
    type: CreateCampaignPayload,
    nullable: true,
    description:
      'Makes a campaign, as one change in the log. It obeys the built-in lists and every custom list that is attached to no campaign; updateList attaches others. An environment takes 1,000. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'campaign:manage' },
    args: { input: t.arg({ type: CreateCampaignInput, required: true, description: 'The new campaign.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => createCampaign(viewer, input, { log: services.log })),
  }),
);

const UpdateCampaignInput = builder.inputType('UpdateCampaignInput', {
  description: 'What to change of a campaign. A field that is left out, or null, stays; but for ivrOptOutKeys.',
  fields: (t) => ({
    campaign: t.string({ required: true, description: 'Its key.' }),
    name: t.string({ description: 'The name for people, 1 to 100 characters.' }),
    optOutDetection: t.boolean({
      description: 'Whether transcripts of its calls are searched for a request to stop, from now on.',
    }),
    phrases: t.stringList({ description: PHRASES }),
    ivrOptOutKeys: t.stringList({
      description:
        'All keys of its phone menu that mean "don\'t call me", each one of 0 to 9, * and #; an empty list: none. Left out it stays; null: those of the environment from now on.',
    }),
    isEnabled: t.boolean({
      description:
        'False archives it: it counts as unknown. That unblocks nobody, for in contacts of an unknown campaign every list counts; true undoes it.',
    }),
    reason: t.string({ description: 'Why, at most 1,000 characters; kept with the change.' }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UpdateCampaignPayload = builder.objectRef<Answer<UpdatedCampaign>>('UpdateCampaignPayload').implement({
  interfaces: [Payload],
  description: 'The answer to updateCampaign.',
  fields: (t) => ({
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign as it is now; null when nothing was done (see userErrors).',
      resolve: ({ outcome }, _args, context) => campaignOf(outcome, context),
    }),
    isChanged: t.boolean({
      description: 'False when it was so already: then the log has no change.',
      resolve: ({ outcome }) => outcome?.outcome === 'CHANGED',
    }),
  }),
});

builder.mutationField('updateCampaign', (t) =>
  t.field({
    type: UpdateCampaignPayload,
    nullable: true,
    description:
      'Changes a campaign, as one change in the log. It lifts no entry. Lists that are attached to an archived campaign alone still count in contacts that name no campaign, or an unknown one. COMPLIANCE and ADMIN may.',
    authScopes: { may: 'campaign:manage' },
    args: {
      input: t.arg({ type: UpdateCampaignInput, required: true, description: 'Which campaign, and what of it.' }),
    },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(() => updateCampaign(viewer, input, { log: services.log })),
  }),
);

/** Read anew: another mutation of the same request may have altered it. */
function campaignOf(outcome: { readonly campaignId: number } | null, { loaders }: Context) {
  return outcome && loaders.campaign.clear(outcome.campaignId).load(outcome.campaignId);
}
