import { queryFromInfo } from '@pothos/plugin-prisma';
import { selectAudit } from '../../domain/audit/audit-filter.ts';
import { auditPositions } from '../../domain/audit/audit-page.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Change } from './change.ts';
import { ChangeKind } from './change-kind.ts';
import { TimeRangeInput } from './entry-filter.ts';
import { entryIdOf } from './entry-selection.ts';

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which changes of the log: all that is given must hold.',
  fields: (t) => ({
    number: t.string({
      description: 'Of one whole number, as people write it. Needs the permission number:see.',
    }),
    actor: t.string({
      description: 'By who did it: the `Actor.subject`, such as "key:12", "person:<sub>" or "system".',
    }),
    kinds: t.field({ type: [ChangeKind], description: 'Of one of these kinds.' }),
    lists: t.stringList({ description: 'About one of these lists, by key.' }),
    at: t.field({ type: TimeRangeInput, description: 'Committed in this span.' }),
    operation: t.string({ description: 'Done by this mutation or task of the server, such as "removeEntries".' }),
    changeSet: t.string({ description: 'Of one change set, by its id.' }),
    entryId: t.id({ description: 'Of one entry, by its id.' }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: Change,
      nullable: true,
      description:
        'Every change, newest first: who, when, what it was before and after, why. Pages hold 1 to 100 (20 by default); there is no total. ADMIN, COMPLIANCE and AUDITOR may.',
      authScopes: { may: 'audit:read' },
      args: { filterBy: t.arg({ type: AuditFilterInput, description: 'Which changes; without it all of them.' }) },
      // `nodes` and `edges` are lists and count ten rows each (complexity.ts): so many tens make the page.
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, { filterBy, ...args }, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const page = readPage(args, services.pages, `auditLog ${environmentId}`);
        const { defaultCountry } = await services.settings(environmentId);
        const { entryId } = filterBy ?? {};
        const filter = { ...filterBy, entryId: entryId ? entryIdOf(String(entryId)) : entryId };
        const selection = await selectAudit(services.database.read, viewer, filter, defaultCountry);
        const positions = await auditPositions(services.database.read, environmentId, selection, {
          size: page.size + 1,
          backwards: page.backwards,
          beyond: page.key ? Number(page.key.id) : null,
        });
        const more = positions.length > page.size;
        const shown = positions.slice(0, page.size).map(BigInt);
        const query: object = queryFromInfo({
          context,
          info,
          typeName: 'Change',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = await services.database.prisma.change.findMany({
          ...query,
          where: { environmentId, position: { in: shown } },
          orderBy: { position: 'desc' },
        });
        // The log only grows, and never before a place in it: unlike a page of entries, a page needs no cursor of the feed.
        return connectionOf(page, rows, more, (node) =>
          sealPage(services.pages, page.scope, '', { value: '', id: String(node.position) }),
        );
      },
    },
    { name: 'ChangeConnection', description: 'A page of the log.' },
    { name: 'ChangeEdge', description: 'A change and its place in the page.' },
  ),
);
