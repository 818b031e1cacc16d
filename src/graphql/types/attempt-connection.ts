import { selectAttempts } from '../../domain/attempts/attempt-filter.ts';
import { attemptCount, attemptHead, attemptPage } from '../../domain/attempts/attempt-page.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Attempt } from './attempt.ts';
import { AttemptFilterInput } from './attempt-filter.ts';
import { once } from './verdict.ts';

interface CountedConnection {
  count: () => Promise<{ count: number; isExact: boolean }>;
  lost: () => Promise<number>;
}

builder.queryField('attempts', (t) =>
  t.connection(
    {
      type: Attempt,
      nullable: true,
      description:
        'Contacts that were about to be made, newest first. Those of this server are there at once, those of others within a second. Pages hold 1 to 100 (20 by default). ADMIN, COMPLIANCE and AUDITOR see all, an AGENT those of the same key or person.',
      authScopes: { may: 'attempt:see-own' },
      args: { filterBy: t.arg({ type: AttemptFilterInput, description: 'Which attempts; without it all of them.' }) },
      // `nodes` and `edges` are lists and count ten rows each (complexity.ts): so many tens make the page.
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, { filterBy, ...args }, { viewer, services }) => {
        const { environmentId } = viewer;
        const { attempts, database, log, pages, settings } = services;
        const sql = database.read;
        const page = readPage(args, pages, `attempts ${environmentId}`);
        const selection = await selectAttempts({ sql, log, settings }, viewer, filterBy ?? {});
        await attempts.written(environmentId);
        const { size, backwards, key: beyond } = page;
        const rows = await attemptPage(sql, environmentId, selection, { size: size + 1, backwards, beyond });
        const more = rows.length > size;
        const shown = rows.slice(0, size);
        if (backwards) shown.reverse();
        return {
          ...connectionOf(page, shown, more, ({ at, position }) =>
            sealPage(pages, page.scope, '', { value: at.toISOString(), id: String(position) }),
          ),
          count: once(() => attemptCount(sql, environmentId, selection)),
          lost: async () => (await attemptHead(sql, environmentId)).lost,
        };
      },
    },
    {
      name: 'AttemptConnection',
      description: 'A page of attempts.',
      fields: (c) => ({
        totalCount: c.int({
          description:
            'How many attempts fit the filter. Exact and instant without a filter for who may see all; otherwise counted up to 100,000 (see totalCountIsExact). Computed only when selected.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).count,
        }),
        totalCountIsExact: c.boolean({
          description: 'False when there are more than the 100,000 that were counted.',
          resolve: async (connection) => (await (connection as unknown as CountedConnection).count()).isExact,
        }),
        lostCount: c.int({
          description:
            'How many attempts of the environment could not be kept since it was made: neither the database nor the disk of a server had room. Nearly always 0; whatever the filter.',
          resolve: (connection) => (connection as unknown as CountedConnection).lost(),
        }),
      }),
    },
    { name: 'AttemptEdge', description: 'An attempt and its place in the page.' },
  ),
);
