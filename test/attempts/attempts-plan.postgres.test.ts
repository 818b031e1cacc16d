import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Sql } from '../../src/db/database.ts';
import type { AttemptSelection } from '../../src/domain/attempts/attempt-filter.ts';
import { attemptCount, attemptPage } from '../../src/domain/attempts/attempt-page.ts';
import { type AttemptWorld, openAttemptDatabase, openAttemptWorld } from './attempt-world.ts';

/** 200,000 of one environment, one a second; what a filter looks for is rare, but for calls that were allowed. */
const ATTEMPTS = 200_000;
const FILL = `
  INSERT INTO attempt (environment_id, position, id, at, phone, direction, channel, dialing_mode, campaign_id, decision, reasons, list_ids, actor_id, agent)
  SELECT $1::int, n, gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', '+1415555' || lpad((n % 10000)::text, 4, '0'),
         CASE WHEN n % 10000 = 1 THEN 'INBOUND' ELSE 'OUTBOUND' END, CASE WHEN n % 4 = 0 THEN 'SMS' ELSE 'CALL' END,
         CASE WHEN n % 8000 = 3 THEN 'CALLBACK' ELSE 'DIALER' END, CASE WHEN n % 4000 = 7 THEN 7 WHEN n % 2 = 0 THEN 8 END,
         CASE WHEN n % 1000 = 0 THEN 'BLOCK' ELSE 'ALLOW' END, '{}',
         CASE WHEN n % 20000 = 0 THEN '{1,2}'::int[] WHEN n % 1000 = 0 THEN '{1}' ELSE '{}' END,
         CASE WHEN n % 5000 = 9 THEN 2 ELSE 1 END, CASE WHEN n % 6000 = 11 THEN 'ann' WHEN n % 3 = 0 THEN 'bob' END
    FROM generate_series(1, ${ATTEMPTS}) n`;
const FILL_LISTS = `
  INSERT INTO attempt_list (environment_id, list_id, at, position)
  SELECT environment_id, l.id, at, position FROM attempt, unnest(list_ids) AS l(id) WHERE environment_id = $1::int AND decision = 'BLOCK'`;

let database: Database;
let world: AttemptWorld;

beforeAll(async () => {
  database = await openAttemptDatabase();
  world = await openAttemptWorld(database);
  const sql = database.write;
  // Indexes are built at the end: filling them row by row takes four times as long.
  const { rows } = await sql.query<{ name: string; text: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS text FROM pg_index
      WHERE indrelid = 'attempt'::regclass AND NOT indisprimary`,
  );
  for (const { name } of rows) await sql.query(`DROP INDEX ${name}`);
  // The statistics are what the second half of the test is about.
  for (const table of ['attempt', 'attempt_list'])
    await sql.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  await sql.query(FILL, [world.environmentId]);
  await sql.query(FILL_LISTS, [world.environmentId]);
  for (const { text } of rows) await sql.query(text);
  await sql.query('INSERT INTO attempt_head (environment_id, head) VALUES ($1, $2)', [world.environmentId, ATTEMPTS]);
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Runs a read, and tells what it took from tables and indexes, kept or not, and whether it read all attempts. */
async function costOf(read: (sql: Sql) => Promise<unknown>): Promise<{ rows: number; isWhole: boolean }> {
  const cost = { rows: 0, isWhole: false };
  const visit = (plan: Plan) => {
    if (plan['Node Type'] === 'Seq Scan' && plan['Relation Name'] === 'attempt') cost.isWhole = true;
    if (!plan.Plans) cost.rows += (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
    for (const child of plan.Plans ?? []) visit(child);
  };
  const explaining: Sql = {
    async query(text, values) {
      const { rows } = await database.read.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values,
      );
      visit(rows[0]!['QUERY PLAN'][0].Plan);
      return database.read.query(text, values);
    },
  };
  await read(explaining);
  return cost;
}

const nothing: AttemptSelection = {
  phones: null,
  listIds: null,
  campaignIds: null,
  agent: null,
  modes: null,
  actorIds: null,
};
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000);

const filters: readonly [string, Partial<AttemptSelection>][] = [
  ['none', {}],
  ['blocked', { decision: 'BLOCK' }],
  ['allowed', { decision: 'ALLOW' }],
  ['a frequent list', { listIds: [1] }],
  ['a rare list and a frequent one', { listIds: [1, 2] }],
  ['a list that has blocked none', { listIds: [3] }],
  ['a rare campaign', { campaignIds: [7] }],
  ['two campaigns', { campaignIds: [7, 8] }],
  ['a rare agent', { agent: 'ann' }],
  ['an agent that there is not', { agent: 'zoe' }],
  ['their own', { actorIds: [2] }],
  ['callbacks', { modes: ['CALLBACK'] }],
  ['a mode that nobody uses', { modes: ['API', 'CAMPAIGN'] }],
  ['texts', { channel: 'SMS' }],
  ['inbound', { direction: 'INBOUND' }],
  ['blocked inbound texts', { direction: 'INBOUND', channel: 'SMS', decision: 'BLOCK' }],
  ['a number', { phones: ['+14155550042'] }],
  ['a span of time', { at: { from: at(50_000), to: at(60_000) } }],
  ['blocked in a span of time', { decision: 'BLOCK', at: { from: at(50_000), to: at(60_000) } }],
  ['a list in a span of time', { listIds: [1, 2], at: { from: at(50_000), to: at(60_000) } }],
];

/** A page of 21, from each of up to 48 pieces, and their parameters. */
const ENOUGH = 48 * 23;

describe.each(['never analysed', 'analysed'])(
  'with statistics that were %s, a page reads little more than it shows',
  (state) => {
    beforeAll(async () => {
      if (state === 'analysed') await database.write.query('ANALYZE attempt, attempt_list');
    });

    test.each(filters)('%s', async (_name, filter) => {
      const selection = { ...nothing, ...filter };
      const { environmentId } = world;
      const page = { size: 21, backwards: false, beyond: null };
      const first = await costOf((sql) => attemptPage(sql, environmentId, selection, page));
      expect(first.isWhole).toBe(false);
      expect(first.rows).toBeLessThan(ENOUGH);
      // In the middle of the table, in either direction: what page 5,000 asks.
      const beyond = { value: at(55_000).toISOString(), id: '55000' };
      for (const backwards of [false, true]) {
        const deep = await costOf((sql) => attemptPage(sql, environmentId, selection, { ...page, backwards, beyond }));
        expect(deep.isWhole).toBe(false);
        expect(deep.rows).toBeLessThan(ENOUGH);
      }
    });
  },
);

test('a count stops at 100,000, and all of them are counted at once', async () => {
  const { environmentId } = world;
  const count = (filter: Partial<AttemptSelection>) =>
    attemptCount(database.read, environmentId, { ...nothing, ...filter });
  expect(await count({})).toEqual({ count: ATTEMPTS, isExact: true });
  expect(await count({ decision: 'ALLOW' })).toEqual({ count: 100_000, isExact: false });
  expect(await count({ listIds: [1, 2] })).toEqual({ count: 200, isExact: true });
});
