import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Entry as EntryRow } from '../../db/generated/client.ts';
import {
  type DeadlineBounds,
  type DeadlineState as DeadlineStateName,
  deadlineBounds,
  deadlineStateOf,
  SOON_BUSINESS_DAYS,
} from '../../domain/deadlines/deadline-bounds.ts';
import { type WaitingTotals, waitingPage, waitingTotals } from '../../domain/deadlines/waiting-requests.ts';
import { optOutDeadline } from '../../domain/messages/opt-out-deadline.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Entry } from './entry.ts';

const DeadlineState = builder.enumType('OptOutDeadlineState', {
  description: 'How near the deadline of a request is.',
  values: {
    OVERDUE: { description: 'Its last day is over.' },
    DUE_SOON: { description: `Its last day is today or within the next ${SOON_BUSINESS_DAYS} business days.` },
    WAITING: { description: 'There is more time than that.' },
  } satisfies Record<DeadlineStateName, object>,
});

interface Waiting {
  readonly id: string;
  readonly requestedAt: Date;
  readonly entry: EntryRow;
  readonly bounds: DeadlineBounds;
}

const OptOutDeadline = builder.objectRef<Waiting>('OptOutDeadline').implement({
  description:
    'An entry that waits for review, and until when it must be decided: a request to stop is honoured at most 10 business days after it was made, not counting that day, weekends and federal holidays of the United States, in New York time (47 CFR 64.1200(a)(10), (d)(3)). It blocks meanwhile, but for staff, API and import entries where enforcePending is off.',
  fields: (t) => ({
    entry: t.field({
      type: Entry,
      description: 'The entry. Its `requestedAt` is when the person asked.',
      resolve: ({ entry }) => entry,
    }),
    dueOn: t.field({
      type: 'Date',
      description: 'The last day on which the request is honoured in time, in New York.',
      resolve: ({ requestedAt }) => optOutDeadline(requestedAt).dueOn,
    }),
    overdueFrom: t.field({
      type: 'DateTime',
      description: 'The first instant that is too late: midnight after that day, in New York.',
      resolve: ({ requestedAt }) => optOutDeadline(requestedAt).overdueFrom,
    }),
    state: t.field({
      type: DeadlineState,
      description: 'How near the deadline was when this was answered.',
      resolve: ({ requestedAt, bounds }) => deadlineStateOf(requestedAt, bounds),
    }),
  }),
});

const Totals = builder.objectRef<WaitingTotals>('OptOutDeadlineTotals').implement({
  description: 'How many requests wait for review, by how near their deadline is.',
  fields: (t) => ({
    overdue: t.int({
      description: 'How many are OVERDUE; counted up to 100,000.',
      resolve: ({ counts }) => counts.OVERDUE,
    }),
    dueSoon: t.int({
      description: 'How many are DUE_SOON; counted up to 100,000.',
      resolve: ({ counts }) => counts.DUE_SOON,
    }),
    waiting: t.int({
      description: 'How many are WAITING; counted up to 100,000 when one of the others has more than that.',
      resolve: ({ counts }) => counts.WAITING,
    }),
    isExact: t.exposeBoolean('isExact', {
      description: 'False when OVERDUE or DUE_SOON has more than the 100,000 that were counted.',
    }),
  }),
});

builder.queryField('optOutDeadlines', (t) =>
  t.connection(
    {
      type: OptOutDeadline,
      nullable: true,
      description:
        'Requests to stop that wait for review, the one that is due first, first: PENDING entries on lists that block outbound contacts, whatever way they came. Each may be a person who asked: also what staff, an API key or a file listed for review. Pages hold 1 to 100 (20 by default). Everybody who sees entries may.',
      authScopes: { may: 'entry:read' },
      args: { state: t.arg({ type: DeadlineState, description: 'Only those in this state.' }) },
      // `nodes` and `edges` are lists and count ten rows each (complexity.ts): so many tens make the page.
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const sql = services.database.read;
        const page = readPage(args, services.pages, `optOutDeadlines ${environmentId}`);
        const bounds = deadlineBounds(new Date());
        const places = await waitingPage(sql, viewer, bounds, {
          state: args.state,
          size: page.size + 1,
          backwards: page.backwards,
          beyond: page.key,
        });
        const more = places.length > page.size;
        const shown = places.slice(0, page.size);
        if (page.backwards) shown.reverse();
        const query: { select?: object } = queryFromInfo({
          context,
          info,
          typeName: 'Entry',
          paths: [
            ['nodes', 'entry'],
            ['edges', 'node', 'entry'],
          ],
        });
        const rows = (await services.database.prisma.entry.findMany({
          ...query,
          ...(query.select ? { select: { ...query.select, id: true } } : {}),
          // Decided since its place was read: then it no longer waits.
          where: {
            environmentId,
            id: { in: shown.map(({ id }) => BigInt(id)) },
            active: true,
            status: 'PENDING',
          },
        })) as EntryRow[];
        const byId = new Map(rows.map((row) => [String(row.id), row]));
        const nodes = shown.flatMap(({ id, value }): Waiting[] => {
          const entry = byId.get(id);
          return entry ? [{ id, requestedAt: new Date(value), entry, bounds }] : [];
        });
        let totals: ReturnType<typeof waitingTotals> | undefined;
        return {
          ...connectionOf(page, nodes, more, ({ id, requestedAt }) =>
            sealPage(services.pages, page.scope, '', { value: requestedAt.toISOString(), id }),
          ),
          totals: () => (totals ??= waitingTotals(sql, viewer, bounds)),
        };
      },
    },
    {
      name: 'OptOutDeadlineConnection',
      description: 'A page of requests that wait for review.',
      fields: (c) => ({
        totals: c.field({
          type: Totals,
          description: 'How many there are of each state, whichever were asked for. Computed only when selected.',
          resolve: (connection) => (connection as unknown as { totals: () => Promise<WaitingTotals> }).totals(),
        }),
      }),
    },
    { name: 'OptOutDeadlineEdge', description: 'A request that waits for review, and its place in the page.' },
  ),
);
