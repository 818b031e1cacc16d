import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Entry as EntryRow } from '../../db/generated/client.ts';
import { optOutCount, optOutPage } from '../../domain/opt-outs/opt-out-page.ts';
import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Entry, EntrySource } from './entry.ts';
import { TimeRangeInput } from './entry-filter.ts';
import { Message } from './message.ts';

const OptOut = builder.prismaObject('Entry', {
  variant: 'OptOut',
  description:
    'Somebody who asked by text not to be texted any more, or whose opt-out was carried over from another system. Only their own START ends it, and then they leave this list. Who asked in two ways, such as by a keyword and by a sentence, is on it twice.',
  fields: (t) => ({
    phone: t.field({
      type: 'PhoneNumber',
      description: 'Their number. Masked without the permission number:see.',
      select: { phone: true },
      resolve: ({ phone }, _args, { viewer }) => shownNumber(viewer, phone),
    }),
    optedOutAt: t.expose('requestedAt', { type: 'DateTime', description: 'When they first asked.' }),
    businessNumber: t.exposeString('businessNumber', {
      nullable: true,
      description: 'The number of your business that they opted out from. Null where an import did not say.',
    }),
    source: t.field({
      type: EntrySource,
      description: 'How they asked: SMS_KEYWORD or SMS_PHRASE by text; IMPORT for one that was carried over.',
      select: { source: true },
      resolve: ({ source }) => source,
    }),
    text: t.string({
      nullable: true,
      description:
        'What they wrote, as the message keeps it, or the evidence that was imported. Null without any, and without the permission evidence:see.',
      select: { evidence: { select: { body: true } }, messageId: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: async ({ evidence, messageId }, _args, { loaders }) => {
        const message = messageId === null ? null : await loaders.message.load(String(messageId));
        const said = message?.textId ? await loaders.text.load(String(message.textId)) : null;
        return said ?? evidence?.body ?? null;
      },
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The text that it came by; null for one that was carried over.',
      select: { messageId: true },
      resolve: ({ messageId }, _args, { loaders }) =>
        messageId === null ? null : loaders.message.load(String(messageId)),
    }),
    entry: t.variant(Entry, { description: 'The entry on DNT that it is.' }),
  }),
});

const OptOutFilterInput = builder.inputType('OptOutFilter', {
  description: 'Which opt-outs: all that is given must hold.',
  fields: (t) => ({
    optedOutAt: t.field({ type: TimeRangeInput, description: 'Asked in this span.' }),
    businessNumber: t.string({
      description: 'From this number of your business, exactly as `businessNumber` shows it, such as "+14155550100".',
    }),
    sources: t.field({ type: [EntrySource], description: 'In one of these ways.' }),
  }),
});

interface CountedConnection {
  count: () => Promise<{ count: number; isExact: boolean }>;
}

builder.queryField('optOuts', (t) =>
  t.connection(
    {
      type: OptOut,
      nullable: true,
      description:
        'The opt-out list: who may not be texted because they asked for it, newest first. It holds for every number and campaign of yours. Pages hold 1 to 100 (20 by default). Everybody with a role may see it. To carry over a list from another system, import it with asOptOuts (startImport).',
      authScopes: { may: 'entry:read' },
      args: { filterBy: t.arg({ type: OptOutFilterInput, description: 'Which ones; without it all of them.' }) },
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const { read, prisma } = services.database;
        const page = readPage(args, services.pages, `optOuts ${environmentId}`);
        const places = await optOutPage(read, environmentId, args.filterBy, {
          ascending: page.backwards,
          size: page.size + 1,
          beyond: page.key,
        });
        const shown = places.slice(0, page.size);
        if (page.backwards) shown.reverse();
        const query: { select?: object } = queryFromInfo({
          context,
          info,
          typeName: 'OptOut',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = (await prisma.entry.findMany({
          ...query,
          ...(query.select ? { select: { ...query.select, id: true } } : {}),
          // Lifted since its place was read: then it isn't on the page.
          where: { environmentId, id: { in: shown.map(({ id }) => BigInt(id)) }, active: true },
        })) as EntryRow[];
        const byId = new Map(rows.map((row) => [String(row.id), row]));
        const placeOf = new Map(shown.map((place) => [place.id, place]));
        let count: ReturnType<typeof optOutCount> | undefined;
        return {
          ...connectionOf(
            page,
            shown.flatMap(({ id }) => byId.get(id) ?? []),
            places.length > page.size,
            ({ id }) => sealPage(services.pages, page.scope, '', placeOf.get(String(id))!),
          ),
          count: () => (count ??= optOutCount(read, environmentId, args.filterBy)),
        };
      },
    },
    {
      name: 'OptOutConnection',
      description: 'A page of the opt-out list.',
      fields: (c) => ({
        totalCount: c.int({
          description:
            'How many fit the filter, counted up to 100,000 (see totalCountIsExact). Computed only when selected.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).count,
        }),
        totalCountIsExact: c.boolean({
          description: 'False when there are more than the 100,000 that were counted.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).isExact,
        }),
      }),
    },
    { name: 'OptOutEdge', description: 'An opt-out and its place in the page.' },
  ),
);
