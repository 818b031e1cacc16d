import { existingCampaign } from '../../domain/campaigns/find-campaign.ts';
import { dispositionsInForce } from '../../domain/dispositions/dispositions-in-force.ts';
import type { StoredDisposition } from '../../domain/dispositions/stored-disposition.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Campaign } from './campaign.ts';

export const Disposition = builder.objectRef<StoredDisposition>('Disposition').implement({
  description:
    "The outcome that an agent gives a call. It adds the number to DNC when it is configured to, and does nothing else. A campaign's own one goes before the environment's of the same name.",
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Unique in its campaign, or in the environment, whatever the capitals.',
    }),
    addsToDnc: t.exposeBoolean('addsToDnc', {
      description: 'Whether a call that is reported with it adds the number to DNC.',
    }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign that it is for; null: for all.',
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === 0 ? null : loaders.campaign.load(campaignId)),
    }),
  }),
});

const IN_FORCE =
  'its own dispositions by name, then those of the environment, by name, but for those that it has otherwise';

builder.queryField('dispositions', (t) =>
  t.field({
    type: [Disposition],
    nullable: true,
    description: `The dispositions of the environment by name, or what holds in calls of a campaign: ${IN_FORCE}. At most 200 each. Everybody with a role may see them. An error when there is no such campaign.`,
    authScopes: { may: 'list:read' },
    complexity: { multiplier: 10 },
    args: { campaign: t.arg.string({ description: 'The key of a campaign; left out: the environment.' }) },
    resolve: async (_root, { campaign }, { viewer, services, loaders }) => {
      if (campaign === null || campaign === undefined) return [...(await loaders.dispositions.load(0))];
      const { id } = await existingCampaign(services.database.read, viewer.environmentId, campaign, 'campaign');
      return inForce(id, loaders);
    },
  }),
);

builder.objectField(Campaign, 'dispositions', (t) =>
  t.field({
    type: [Disposition],
    description: `What holds in its calls: ${IN_FORCE}.`,
    resolve: ({ id }, _args, { loaders }) => inForce(id, loaders),
  }),
);

async function inForce(campaignId: number, { dispositions }: Context['loaders']): Promise<StoredDisposition[]> {
  const [own, environments] = await Promise.all([dispositions.load(campaignId), dispositions.load(0)]);
  return dispositionsInForce(own, environments);
}
