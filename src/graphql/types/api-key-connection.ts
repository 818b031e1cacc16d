import { queryFromInfo } from '@pothos/plugin-prisma';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { ApiKey, activeKeys } from './api-key.ts';

builder.queryField('apiKeys', (t) =>
  t.connection(
    {
      type: ApiKey,
      nullable: true,
      description:
        'The keys of your environment, newest first, revoked and expired ones too. Pages hold 1 to 100 (20 by default). ADMIN may.',
      authScopes: { may: 'key:manage' },
      args: {
        active: t.arg.boolean({
          description: 'Only keys that open something now (true), or only revoked and expired ones (false).',
        }),
      },
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const page = readPage(args, services.pages, `apiKeys ${environmentId}`);
        const direction = page.backwards ? 'asc' : 'desc';
        const past = page.backwards ? 'gt' : 'lt';
        const query: object = queryFromInfo({
          context,
          info,
          typeName: 'ApiKey',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = await services.database.prisma.apiKey.findMany({
          ...query,
          // Ids are given in the order of making.
          where: {
            environmentId,
            AND: [activeKeys(args.active, new Date()), page.key ? { id: { [past]: Number(page.key.id) } } : {}],
          },
          orderBy: { id: direction },
          take: page.size + 1,
        });
        const more = rows.length > page.size;
        const shown = rows.slice(0, page.size);
        if (page.backwards) shown.reverse();
        return connectionOf(page, shown, more, (node) =>
          sealPage(services.pages, page.scope, '', { value: '', id: String(node.id) }),
        );
      },
    },
    { name: 'ApiKeyConnection', description: 'A page of keys.' },
    { name: 'ApiKeyEdge', description: 'A key and its place in the page.' },
  ),
);
