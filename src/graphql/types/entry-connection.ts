import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Entry as EntryRow } from '../../db/generated/client.ts';
import { entryConditions } from '../../domain/entries/entry-conditions.ts';
import { entryCount } from '../../domain/entries/entry-count.ts';
import { entryPage } from '../../domain/entries/entry-page.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Entry } from './entry.ts';
import { EntryFilterInput, filterOf } from './entry-filter.ts';

const EntryOrderField = builder.enumType('EntryOrderField', {
  description: 'What a page of entries is sorted by. Ties are broken by id, so the order is total.',
  values: {
    CREATED_AT: { description: 'When they were added.' },
    NUMBER: { description: 'Their number. Needs the permission number:see.' },
  },
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end comes first.',
  values: { ASC: { description: 'Smallest or oldest first.' }, DESC: { description: 'Largest or newest first.' } },
});

const EntryOrderInput = builder.inputType('EntryOrder', {
  description: 'How a page of entries is sorted.',
  fields: (t) => ({
    field: t.field({ type: EntryOrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: OrderDirection, required: true, description: 'Which end first.' }),
  }),
});

interface CountedConnection {
  count: () => Promise<{ count: number; isExact: boolean }>;
  changeCursor: string;
}

builder.queryField('entries', (t) =>
  t.connection(
    {
      type: Entry,
      description:
        'Active entries, newest first unless asked otherwise. Pages hold 1 to 100 (20 by default). Every page of one walk carries the `changeCursor` of its first page: follow `entryChanges` from there and nothing is missed.',
      nullable: true,
      authScopes: { may: 'entry:read' },
      args: {
        filterBy: t.arg({ type: EntryFilterInput, description: 'Which entries; without it all of them.' }),
        orderBy: t.arg({ type: EntryOrderInput, description: 'How they are sorted; by default the newest first.' }),
      },
      // A tenth of the page: the lists below it are counted ten times by default.
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, context, info) => {
        const { viewer, services } = context;
        const order = args.orderBy ?? { field: 'CREATED_AT', direction: 'DESC' };
        if (order.field === 'NUMBER' && !viewer.can('number:see'))
          throw badInput('Sorting by number needs the permission number:see: the order would tell the hidden digits.');
        const page = readPage(
          args,
          services.pages,
          `entries ${viewer.environmentId} ${order.field} ${order.direction}`,
        );
        // The place in the log is taken BEFORE the rows (P2.3): a change in between is in both, never in neither.
        const changeCursor = page.changeCursor ?? (await cursorNow(context));
        const filter = filterOf(args.filterBy);
        const conditions = await entryConditions(services.database.read, viewer, filter);
        const places = await entryPage(services.database.read, conditions, {
          order: order.field,
          ascending: (order.direction === 'ASC') !== page.backwards,
          size: page.size + 1,
          beyond: page.key,
        });
        const more = places.length > page.size;
        const shown = places.slice(0, page.size);
        if (page.backwards) shown.reverse();
        const query: { select?: object } = queryFromInfo({
          context,
          info,
          typeName: 'Entry',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = (await services.database.prisma.entry.findMany({
          ...query,
          ...(query.select ? { select: { ...query.select, id: true } } : {}),
          // Removed since its place was read: then it isn't on the page.
          where: { environmentId: viewer.environmentId, id: { in: shown.map(({ id }) => BigInt(id)) }, active: true },
        })) as EntryRow[];
        const byId = new Map(rows.map((row) => [String(row.id), row]));
        const placeOf = new Map(shown.map((place) => [place.id, place]));
        const nodes = shown.flatMap(({ id }) => byId.get(id) ?? []);
        let count: ReturnType<typeof entryCount> | undefined;
        return {
          ...connectionOf(page, nodes, more, ({ id }) =>
            sealPage(services.pages, page.scope, changeCursor, placeOf.get(String(id))!),
          ),
          changeCursor,
          count: () => (count ??= entryCount(services.database, viewer, filter)),
        };
      },
    },
    {
      name: 'EntryConnection',
      description: 'A page of entries.',
      fields: (c) => ({
        totalCount: c.int({
          description:
            'How many entries fit the filter. Exact and instant without a filter or by list, status, source and createdBy; otherwise counted up to 100,000 (see totalCountIsExact). Computed only when selected.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).count,
        }),
        totalCountIsExact: c.boolean({
          description: 'False when there are more than the 100,000 that were counted.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).isExact,
        }),
        changeCursor: c.field({
          type: 'ChangeCursor',
          description:
            "The place in the log that the walk's first page was read at; pass it to `entryChanges(after:)`.",
          resolve: (connection) => (connection as unknown as CountedConnection).changeCursor,
        }),
      }),
    },
    { name: 'EntryEdge', description: 'An entry and its place in the page.' },
  ),
);

async function cursorNow({ viewer, services }: Context): Promise<string> {
  const feed = await services.feed.environment(viewer.environmentId);
  return services.cursors.encode(await services.cursorAt(viewer.environmentId, feed.position));
}
