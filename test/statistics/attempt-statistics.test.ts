import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { createCampaign } from '../calls/call-story.ts';
import { attempts, authorize, list } from '../gate/gate-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { ATTEMPTS, dayFrom, dayPasses, tablesOf, today } from './statistics-story.ts';

let server: Quietline;
let tables: pg.Client;
beforeAll(async () => {
  server = await startQuietline();
  tables = await tablesOf(server);
});

const [A, B, C] = ['+14155550001', '+14155550002', '+14155550003'];
/** What the gate has decided is written within a second. */
const written = (by: Client, count: number) =>
  expect.poll(async () => (await attempts(by)).totalCount, { timeout: 5_000, interval: 50 }).toBe(count);

test('what the gate decides is counted by day, list, campaign, channel and direction', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  await createCampaign(admin, 'spring');
  await list(admin, 'DNC', [A, B]);
  await list(admin, 'DNT', [B]);
  await authorize(admin, { phone: A });
  await authorize(admin, { phone: C });
  await written(admin, 2);
  await dayPasses(tables, world);
  await authorize(admin, { phone: B, channel: 'SMS', campaign: 'spring' });
  await authorize(admin, { phone: A, campaign: 'spring' });
  await authorize(admin, { phone: A, direction: 'INBOUND' });
  await authorize(admin, { phone: '12' }); // no number: blocked, and by no list
  await written(admin, 6);
  const from = dayFrom(await today(admin), -1);
  const ask = async (...groupBy: string[]) =>
    (await admin.expectOk(ATTEMPTS, { from, groupBy })).statistics.attempts.map(
      (one: Record<string, { key: string } & string> & { days: Record<string, number>[] }) => [
        ...groupBy.map((group) => one[group.toLowerCase()]?.key ?? one[group.toLowerCase()]),
        ...one.days.map(({ allowedCount, blockedCount }) => `${allowedCount}+${blockedCount}`),
      ],
    );
  expect(await ask()).toEqual([['1+1', '1+3']]);
  expect(await ask('LIST')).toEqual([
    ['DNC', '0+1', '0+2'],
    ['DNT', '0+0', '0+1'],
  ]);
  expect(await ask('CAMPAIGN')).toEqual([
    [null, '1+1', '1+1'],
    ['spring', '0+0', '0+2'],
  ]);
  expect(await ask('CHANNEL', 'DIRECTION')).toEqual([
    ['CALL', 'INBOUND', '0+0', '1+0'],
    ['CALL', 'OUTBOUND', '1+1', '0+2'],
    ['SMS', 'OUTBOUND', '0+0', '0+1'],
  ]);
});

test('attempts: by list only what it blocked, by anything else each once', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  await createCampaign(admin, 'spring');
  const last = await today(admin);
  // As the gate counts them: list 0 for each attempt, and a row more for each list that blocked it.
  await tables.query(
    `INSERT INTO attempt_daily (environment_id, day, campaign_id, list_id, direction, channel, decision, count)
     SELECT $1, $2::date + d, k, l, 'OUTBOUND', c, decision, n FROM (VALUES
       (-1, 0, 0, 'CALL', 'ALLOW', 5), (-1, 0, 0, 'CALL', 'BLOCK', 2), (-1, 0, 1, 'CALL', 'BLOCK', 2), (-1, 0, 2, 'CALL', 'BLOCK', 1),
       (0, 1, 0, 'SMS', 'ALLOW', 3000000000), (0, 1, 0, 'SMS', 'BLOCK', 4), (0, 1, 2, 'SMS', 'BLOCK', 4), (-9, 1, 0, 'SMS', 'ALLOW', 9)
     ) AS v(d, k, l, c, decision, n)`,
    [world.environmentId, last],
  );
  const ask = async (...groupBy: string[]) =>
    (await admin.expectOk(ATTEMPTS, { from: dayFrom(last, -1), groupBy })).statistics.attempts;
  const counts = (one: { allowedCount: number; blockedCount: number }) => [one.allowedCount, one.blockedCount];
  const [all] = await ask();
  expect(counts(all)).toEqual([3_000_000_005, 6]);
  expect(all.days).toEqual([
    { day: dayFrom(last, -1), allowedCount: 5, blockedCount: 2 },
    { day: last, allowedCount: 3_000_000_000, blockedCount: 4 },
  ]);
  const byList = await ask('LIST');
  expect(byList.map((one: never) => [(one as { list: { key: string } }).list.key, ...counts(one)])).toEqual([
    ['DNC', 0, 2],
    ['DNT', 0, 5],
  ]);
  const byOthers = await ask('DIRECTION', 'CAMPAIGN', 'CHANNEL');
  expect(byOthers.map(({ days: _, ...one }: { days: unknown }) => one)).toEqual([
    { list: null, campaign: null, channel: 'CALL', direction: 'OUTBOUND', allowedCount: 5, blockedCount: 2 },
    {
      list: null,
      campaign: { key: 'spring' },
      channel: 'SMS',
      direction: 'OUTBOUND',
      allowedCount: 3e9,
      blockedCount: 4,
    },
  ]);
});
