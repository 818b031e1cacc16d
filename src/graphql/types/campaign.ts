import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { builder } from '../builder.ts';
import { List } from './list.ts';

/** What a campaign is in the schema is a CampaignRow of the viewer's environment (`loaders.campaign`). */
export const Campaign = builder.objectRef<CampaignRow>('Campaign');

builder.node(Campaign, {
  description:
    'Contacts that are made for one purpose: how its calls are listened to, and which custom lists it obeys. Everybody with a role may see campaigns. One that is archived, or unknown, never refuses a contact: the settings of the environment hold for it, and every list counts.',
  id: { resolve: ({ id }) => String(id), description: 'The id of this campaign for `node`.' },
  loadMany: (ids, { viewer, loaders }) =>
    Promise.all(ids.map((id) => (viewer.can('list:read') ? loaders.campaign.load(numberOf(id)) : null))),
  fields: (t) => ({
    key: t.exposeString('key', {
      description: 'Your own id of it, that inputs take, such as "spring-2026". Never changes.',
    }),
    name: t.exposeString('name', { description: 'The name for people.' }),
    optOutDetection: t.exposeBoolean('optOutDetection', {
      description:
        'Whether transcripts of its calls are searched for a request to stop. Key presses, dispositions and "add to DNC" count without it.',
    }),
    phrases: t.exposeStringList('phrases', {
      description: "Phrases that are taken for a clear request to stop, beside the environment's optOutPhrases.",
    }),
    ivrOptOutKeys: t.field({
      type: ['String'],
      nullable: true,
      description:
        'Keys of its phone menu that mean "don\'t call me". Null: those of the environment; an empty list: none.',
      resolve: ({ ivrOptOutKeys }) => ivrOptOutKeys && [...ivrOptOutKeys],
    }),
    isEnabled: t.exposeBoolean('enabled', {
      description: 'False for one that is archived: it counts as unknown.',
    }),
    lists: t.field({
      type: [List],
      description:
        'The lists that it obeys: the built-in ones, those that are attached to no campaign, and those that are attached to it. Archived lists are left out; for an archived campaign every list counts.',
      resolve: async ({ id, enabled }, _args, { loaders }) =>
        (await loaders.lists.load('ALL')).filter(
          (list) => list.enabled && (!enabled || list.campaigns.length === 0 || list.campaigns.includes(id)),
        ),
    }),
  }),
});

builder.prismaObjectField(List, 'campaigns', (t) =>
  t.field({
    type: [Campaign],
    description:
      'The campaigns that a custom list counts for, archived ones too; empty when it counts for all. In a contact of no campaign, or of an unknown one, every list counts.',
    select: { campaigns: true },
    resolve: async ({ campaigns }, _args, { loaders }) => {
      const loaded = await Promise.all(campaigns.map((id) => loaders.campaign.load(id)));
      return loaded.filter((campaign) => campaign !== null);
    },
  }),
);

function numberOf(id: string): number {
  return /^\d{1,9}$/.test(id) ? Number(id) : 0;
}
