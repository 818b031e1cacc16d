import { campaignPage } from '../../domain/campaigns/campaign-page.ts';
import { findAnyCampaign } from '../../domain/campaigns/find-campaign.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Campaign } from './campaign.ts';

builder.queryField('campaigns', (t) =>
  t.connection(
    {
      type: Campaign,
      nullable: true,
      description:
        'The campaigns of the environment by their keys. Pages hold 1 to 100 (20 by default). Everybody with a role may see them.',
      authScopes: { may: 'list:read' },
      args: {
        isEnabled: t.arg.boolean({ description: 'Only those in use (true), or only archived ones (false).' }),
      },
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, { viewer, services }) => {
        const { environmentId } = viewer;
        const page = readPage(args, services.pages, `campaigns ${environmentId} ${args.isEnabled ?? ''}`);
        const rows = await campaignPage(services.database.read, environmentId, {
          isEnabled: args.isEnabled ?? null,
          key: page.key?.value ?? null,
          backwards: page.backwards,
          limit: page.size + 1,
        });
        const shown = rows.slice(0, page.size);
        if (page.backwards) shown.reverse();
        return connectionOf(page, shown, rows.length > page.size, ({ key, id }) =>
          sealPage(services.pages, page.scope, '', { value: key, id: String(id) }),
        );
      },
    },
    { name: 'CampaignConnection', description: 'A page of campaigns.' },
    { name: 'CampaignEdge', description: 'A campaign and its place in the page.' },
  ),
);

builder.queryField('campaign', (t) =>
  t.field({
    type: Campaign,
    nullable: true,
    description:
      'A campaign by its key, archived or not; null when there is none. Everybody with a role may see campaigns.',
    authScopes: { may: 'list:read' },
    args: { key: t.arg.string({ required: true, description: 'Your own id of it.' }) },
    resolve: (_root, { key }, { viewer, services }) =>
      findAnyCampaign(services.database.read, viewer.environmentId, key),
  }),
);
