import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { add, addOne, approve, remove, unapprove, update } from '../graphql/entry-story.ts';
import { importFile, undo } from '../imports/import-story.ts';
import { text } from '../messages/message-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { dayFrom, dayPasses, type EntrySeries, entryCounts, entrySeries, tablesOf, today } from './statistics-story.ts';

let server: Quietline;
let tables: pg.Client;
let story: Awaited<ReturnType<typeof threeDays>>;
beforeAll(async () => {
  server = await startQuietline();
  tables = await tablesOf(server);
  story = await threeDays();
});

const phone = (n: number) => `+1415555${String(n).padStart(4, '0')}`;
const phones = (from: number, through: number) => Array.from({ length: through - from + 1 }, (_, n) => phone(from + n));

/** The truth: active entries by list, status and source, counted. */
async function counted({ environmentId }: World): Promise<Map<string, number>> {
  const { rows } = await tables.query<{ name: string; count: string }>(
    `SELECT concat_ws(' ', l.key, e.status, e.source) AS name, count(*) FROM entry e
       JOIN list l ON l.environment_id = e.environment_id AND l.id = e.list_id
      WHERE e.environment_id = $1 AND e.active GROUP BY 1`,
    [environmentId],
  );
  return new Map(rows.map(({ name, count }) => [name, Number(count)]));
}

const nameOf = ({ list, status, source }: EntrySeries) => [list?.key, status, source].filter(Boolean).join(' ');

/** An entry whose time has come is lifted by the server itself. */
async function expire(by: Client, world: World, ofPhone: string) {
  const changes = by.subscribe('subscription { entryChanges { ... on ChangeBatch { changes { kind phone } } } }');
  const kinds = (data: { entryChanges: { changes?: { kind: string }[] } }) =>
    data.entryChanges.changes?.map(({ kind }) => kind) ?? [];
  await tables.query(
    'UPDATE entry SET expires_at = clock_timestamp() WHERE environment_id = $1 AND phone = $2 AND expires_at IS NOT NULL',
    [world.environmentId, ofPhone],
  );
  await changes.until((data) => kinds(data).includes('ENTRY_EXPIRED'));
  await changes.close();
}

/** Three days of a team's work, through every door; what the tables held at the end of each. */
async function threeDays() {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const carrier = await world.as('INTEGRATOR');
  const evenings: Map<string, number>[] = [];
  const evening = async () => {
    evenings.push(await counted(world));
    if (evenings.length < 3) await dayPasses(tables, world);
  };

  await add(staff, { status: 'PENDING', entries: phones(1, 6) });
  await add(staff, { status: 'APPROVED', entries: [...phones(3, 4), ...phones(7, 9)] }); // 3 and 4 are raised
  await addOne(staff, phone(10), { expiresAt: '2090-01-01' });
  await evening();

  await approve(staff, { phones: { list: 'DNC', numbers: phones(1, 2) } });
  await unapprove(staff, { phones: { list: 'DNC', numbers: [phone(7)] } });
  const { entry } = await addOne(staff, phone(8), {}, { list: 'DNT', status: 'PERMANENT' });
  expect((await remove(staff, { ids: [entry.id] })).refusedCount).toBe(1);
  await remove(staff, { phones: { list: 'DNC', numbers: phones(8, 9) } });
  await addOne(staff, phone(9));
  await text(carrier, phone(11), 'STOP');
  await text(carrier, phone(12), 'Stop');
  await text(carrier, phone(12), 'START');
  const wrong = await importFile(server, staff, phones(20, 29).join('\n'));
  await evening();

  await expire(staff, world, phone(10));
  await importFile(server, staff, phones(25, 34).join('\n'), { review: 'APPROVED' });
  await undo(staff, wrong.id);
  const moved = await addOne(staff, phone(40));
  await update(staff, { entryId: moved.entry.id, phone: phone(41), changeReason: 'A typo' });
  await evening();
  return { staff, evenings };
}

test('the counters say of every day what the tables held then, through every door', async () => {
  const { staff, evenings } = story;
  const last = await today(staff);
  const series = await entrySeries(staff, { from: dayFrom(last, -4), groupBy: ['SOURCE', 'LIST', 'STATUS', 'LIST'] });
  const names = new Set(evenings.flatMap((evening) => [...evening.keys()]));
  expect(series.map(nameOf).sort()).toEqual([...names].sort());
  expect(names.size).toBeGreaterThanOrEqual(6);
  for (const one of series) {
    const ofDays = evenings.map((evening) => evening.get(nameOf(one)) ?? 0);
    expect([nameOf(one), one.count]).toEqual([nameOf(one), ofDays[2]]);
    const levels = [0, 0, ...ofDays];
    expect([nameOf(one), one.days]).toEqual([
      nameOf(one),
      levels.map((count, n) => ({ day: dayFrom(last, n - 4), count, change: count - (levels[n - 1] ?? 0) })),
    ]);
  }
  // Every way of grouping is a sum of that one, and `Query.entries` counts the same.
  const total = [...evenings[2]!.values()].reduce((sum, count) => sum + count, 0);
  const [all] = await entrySeries(staff, { from: dayFrom(last, -1) });
  expect(all).toMatchObject({ list: null, status: null, source: null, count: total });
  expect(all!.days.map(({ count }) => count)).toEqual(
    [1, 2].map((n) => [...evenings[n]!.values()].reduce((sum, count) => sum + count, 0)),
  );
  for (const group of ['LIST', 'STATUS', 'SOURCE'] as const) {
    const parts = await entrySeries(staff, { groupBy: [group] });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(parts.every((part) => Boolean(part[group.toLowerCase() as 'list']))).toBe(true);
  }
  expect((await staff.expectOk('{ entries { totalCount } }')).entries.totalCount).toBe(total);
});

test('of a range in the past the count is that of its end', async () => {
  const { staff, evenings } = story;
  const last = await today(staff);
  const [first, second] = [dayFrom(last, -2), dayFrom(last, -1)];
  const approvedOf = (n: number) => evenings[n]!.get('DNC APPROVED API') ?? 0;
  const series = await entrySeries(staff, { from: first, to: second, groupBy: ['LIST', 'STATUS', 'SOURCE'] });
  const approved = series.find((one) => nameOf(one) === 'DNC APPROVED API');
  expect(approved).toMatchObject({ count: approvedOf(1), days: [{ count: approvedOf(0) }, { count: approvedOf(1) }] });
  // What came later is no series of that range, and what has gone since still is one.
  expect(series.map(nameOf)).not.toContain('DNC APPROVED IMPORT');
  expect(series.map(nameOf)).toContain('DNC PENDING IMPORT');
});

test('without their days the series are the same', async () => {
  const { staff } = story;
  const last = await today(staff);
  for (const groupBy of [[], ['LIST'], ['SOURCE', 'STATUS'], ['LIST', 'STATUS', 'SOURCE']])
    for (const to of [last, dayFrom(last, -1), dayFrom(last, -2), dayFrom(last, -3)]) {
      const variables = { from: dayFrom(last, -4), to, groupBy };
      const withDays = await entrySeries(staff, variables);
      expect(await entryCounts(staff, variables)).toEqual(withDays.map(({ days: _, ...series }) => series));
    }
});

test('a list of nothing has one series of zeros, and none by any group', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const [all] = await entrySeries(staff);
  expect(all!.count).toBe(0);
  expect(all!.days).toHaveLength(30);
  expect(all!.days.every(({ count, change }) => count === 0 && change === 0)).toBe(true);
  expect(await entrySeries(staff, { groupBy: ['LIST'] })).toEqual([]);
});
