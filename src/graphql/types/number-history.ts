import { queryFromInfo } from '@pothos/plugin-prisma';
import { auditPositions } from '../../domain/audit/audit-page.ts';
import { consentIdsOf } from '../../domain/audit/consent-ids.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Change } from './change.ts';
import { NumberType } from './number.ts';

/** Everything in the log but what is above this position belongs to the view. */
const upTo = (position: number) => ({
  kinds: null,
  listIds: null,
  actorIds: null,
  operation: null,
  above: 0,
  below: position + 1,
});

builder.objectField(NumberType, 'history', (t) =>
  t.connection(
    {
      type: Change,
      nullable: true,
      description:
        "Every change of the number's entries and consents up to `cursor`, of removed and ended ones too, newest first. Pages hold 1 to 100 (20 by default); there is no total. Null without the permission audit:read (ADMIN, COMPLIANCE, AUDITOR).",
      authScopes: { may: 'audit:read' },
      unauthorizedResolver: () => null,
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async ({ view, entryIds }, args, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const page = readPage(args, services.pages, `history ${environmentId} ${view.key}`);
        const consentIds = await consentIdsOf(services.database.read, environmentId, view.keys);
        const selection = { ...upTo(view.cursor.position), entryIds: await entryIds(), consentIds };
        const positions = await auditPositions(services.database.read, environmentId, selection, {
          size: page.size + 1,
          backwards: page.backwards,
          beyond: page.key ? Number(page.key.id) : null,
        });
        const more = positions.length > page.size;
        const query: object = queryFromInfo({
          context,
          info,
          typeName: 'Change',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = await services.database.prisma.change.findMany({
          ...query,
          where: { environmentId, position: { in: positions.slice(0, page.size).map(BigInt) } },
          orderBy: { position: 'desc' },
        });
        return connectionOf(page, rows, more, (node) =>
          sealPage(services.pages, page.scope, '', { value: '', id: String(node.position) }),
        );
      },
    },
    { name: 'NumberHistoryConnection', description: "A page of a number's history." },
    { name: 'NumberHistoryEdge', description: 'A change and its place in the history.' },
  ),
);
