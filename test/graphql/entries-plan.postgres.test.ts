import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { addOne, list } from './entry-story.ts';
import { readsOf, type Statement, statementsOf } from './statements.ts';

/** A list of 200,000 that came in uploads of 10,000, each upload with one date; 1 in 50 waits for review. */
const ENTRIES = 200_000;
const FILL = `
  WITH reasons AS (
    INSERT INTO text_value (environment_id, digest, salt, body, commitment)
    SELECT a.environment_id, sha256(('d' || n)::bytea), '\\x00', CASE n WHEN 0 THEN 'Asked by carrier pigeon' ELSE 'Upload number ' || n END, '\\x00'
      FROM (SELECT DISTINCT environment_id FROM entry) a, generate_series(0, 20000) n
    RETURNING id, body
  ), numbered AS (SELECT array_agg(id ORDER BY body <> 'Asked by carrier pigeon', id) AS ids FROM reasons)
  INSERT INTO entry (environment_id, phone, list_id, source, status, reason_id, requested_at, expires_at, created_by_id, created_at, updated_at)
  SELECT e.environment_id, '+1' || (2000000000 + (n::bigint * 39989) % 7999999999), 1 + n % 2, 'API',
         (CASE WHEN n % 50 = 0 THEN 'PENDING' ELSE 'APPROVED' END)::entry_status,
         CASE WHEN n % 5000 = 7 THEN numbered.ids[1] ELSE numbered.ids[2 + n % 20000] END,
         d.at, NULL, e.created_by_id, d.at, d.at
    FROM (SELECT * FROM entry LIMIT 1) e, numbered, generate_series(1, ${ENTRIES}) n
   CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + (n / 10000) * interval '1 day' AS at) d`;

let staff: Client;
let database: pg.Client;

beforeAll(async () => {
  const server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await addOne(staff, '+14155550001');
  database = new pg.Client({ connectionString: (server.storage as { url: string }).url });
  await database.connect();
  onceEnded('the connection of the plans', () => database.end());
  // Indexes are built at the end, as a restored backup has them: filling them row by row takes four times as long.
  const { rows } = await database.query<{ name: string; text: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS text FROM pg_index
      WHERE indrelid = 'entry'::regclass AND NOT indisunique`,
  );
  for (const { name } of rows) await database.query(`DROP INDEX ${name}`);
  await database.query(FILL);
  for (const { text } of rows) await database.query(text);
  await database.query('VACUUM ANALYZE entry');
  await database.query('ANALYZE text_value');
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

interface Cost {
  /** Of the leaves: what was taken from tables and indexes, kept or not. */
  rows: number;
  buffers: number;
  indexes: string[];
  scanned: string[];
}

/** What the server's own statement costs, by the database's own count. */
async function costOf({ text, values }: Statement): Promise<Cost> {
  const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (FORMAT JSON, ANALYZE, BUFFERS) ${text}`,
    values as unknown[],
  );
  const [{ Plan: root }] = rows[0]!['QUERY PLAN'];
  const cost: Cost = {
    rows: 0,
    buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    indexes: [],
    scanned: [],
  };
  const visit = (plan: Plan) => {
    if (plan['Index Name']) cost.indexes.push(plan['Index Name']);
    if (plan['Node Type'] === 'Seq Scan') cost.scanned.push(plan['Relation Name']!);
    if (!plan.Plans) {
      const each =
        plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
      cost.rows += each * plan['Actual Loops'];
    }
    for (const child of plan.Plans ?? []) visit(child);
  };
  visit(root);
  return cost;
}

/** The statement that finds the places of a page, and those that read its rows. */
async function pageStatements(variables: object): Promise<{ places: Statement; rows: Statement[] }> {
  const sent = readsOf(await statementsOf(() => staff.expectOk(PAGE, variables)));
  const places = sent.find(({ text }) => /^SELECT .*FROM .*entry e/s.test(text))!;
  return { places, rows: sent.filter(({ text }) => /"entry"/.test(text)) };
}

const PAGE =
  'query ($filterBy: EntryFilter, $orderBy: EntryOrder, $after: String) { entries(first: 20, filterBy: $filterBy, orderBy: $orderBy, after: $after) { nodes { phone status reason list { key } } pageInfo { endCursor } } }';

/** The second page's statement, entered at the row of this depth instead: what page 7,500 asks. */
async function deepStatement(
  variables: { orderBy?: { field: string }; filterBy?: object },
  depth: number,
  where: string,
): Promise<Statement> {
  const { entries } = await staff.expectOk(PAGE, variables);
  const column = variables.orderBy?.field === 'NUMBER' ? 'phone' : 'created_at';
  const at = async (offset: number) => {
    const { rows } = await database.query(
      `SELECT ${column} AS value, id FROM entry WHERE active AND ${where} ORDER BY ${column} DESC, id DESC OFFSET $1 LIMIT 1`,
      [offset],
    );
    const { value, id } = rows[0];
    return { value: value instanceof Date ? value.toISOString() : (value as string), id: id as string };
  };
  const [near, deep] = [await at(19), await at(depth)];
  const { places } = await pageStatements({ ...variables, after: entries.pageInfo.endCursor });
  expect(places.values).toEqual(expect.arrayContaining([near.value, near.id]));
  return {
    ...places,
    values: places.values.map((value) => (value === near.value ? deep.value : value === near.id ? deep.id : value)),
  };
}

test.for([
  ['newest first', {}, 150_000, 'true'],
  ['by number', { orderBy: { field: 'NUMBER', direction: 'DESC' } }, 150_000, 'true'],
  [
    'one list in one state',
    { filterBy: { lists: ['DNC'], statuses: ['APPROVED'] } },
    90_000,
    "list_id = 1 AND status = 'APPROVED'",
  ],
  ['one list', { filterBy: { lists: ['DNT'] } }, 90_000, 'list_id = 2'],
  ['all for review', { filterBy: { statuses: ['PENDING'] } }, 2_000, "status = 'PENDING'"],
] as [string, Parameters<typeof deepStatement>[0], number, string][])(
  '%s: page 7,500 costs what page 1 costs (P3.3)',
  async ([, variables, depth, where]) => {
    const first = await costOf((await pageStatements(variables)).places);
    const deep = await costOf(await deepStatement(variables, depth, where));
    expect(first).toMatchObject({ scanned: expect.not.arrayContaining(['entry']) });
    expect(deep.scanned).not.toContain('entry');
    expect(deep.indexes.join()).toMatch(/entry_by_date|entry_by_list|entry_environment_id_phone/);
    expect(first.rows).toBeLessThan(200);
    expect(deep.rows).toBeLessThanOrEqual(3 * first.rows);
    expect(deep.buffers).toBeLessThanOrEqual(3 * first.buffers);
  },
);

test('the rows of a page are read by their ids', async () => {
  const { rows } = await pageStatements({});
  expect(rows.length).toBeGreaterThan(0);
  for (const statement of rows) {
    const cost = await costOf(statement);
    expect(cost.scanned).not.toContain('entry');
    expect(cost.rows).toBeLessThan(100);
  }
});

test('part of a number is found by an index, on the page, in the total and for a bulk action (P3.3)', async () => {
  for (const numberContains of ['4567', '12345', '(567) 89', '+1 234 56']) {
    const { entries } = await staff.expectOk(
      'query ($f: EntryFilter) { entries(filterBy: $f, first: 1) { totalCount } }',
      { f: { numberContains } },
    );
    expect(entries.totalCount).toBeGreaterThan(0);
    const sent = readsOf(await statementsOf(() => list(staff, { filterBy: { numberContains } }))).filter(({ text }) =>
      /entry e/.test(text),
    );
    expect(sent).toHaveLength(2);
    for (const statement of sent) {
      const cost = await costOf(statement);
      expect(cost.scanned).toEqual([]);
      expect(cost.indexes.join()).toMatch(/entry_phone_trgm|entry_environment_id_phone/);
      expect(cost.rows).toBeLessThan(10 * entries.totalCount + 2_000);
    }
  }
});

test('a total beyond 100,000 says that it is not exact, and costs no more than counting to there (P3.3)', async () => {
  const TOTAL = 'query ($f: EntryFilter) { entries(filterBy: $f, first: 1) { totalCount totalCountIsExact } }';
  const most = await staff.expectOk(TOTAL, { f: { hasExpiry: false } });
  expect(most.entries).toEqual({ totalCount: 100_000, totalCountIsExact: false });
  const few = await staff.expectOk(TOTAL, { f: { reasonContains: 'carrier pigeon' } });
  expect(few.entries).toEqual({ totalCount: 40, totalCountIsExact: true });
});

test('part of a rare reason is found without reading the list through (P3.3)', async () => {
  const { places } = await pageStatements({ filterBy: { reasonContains: 'carrier pigeon' } });
  expect((await costOf(places)).scanned).not.toContain('entry');
});

test('part of a common reason is found on the way along the dates', async () => {
  const { places } = await pageStatements({ filterBy: { reasonContains: 'upload number' } });
  const cost = await costOf(places);
  expect(cost.scanned).not.toContain('entry');
  expect(cost.indexes).toContain('entry_by_date');
  expect(cost.rows).toBeLessThan(5_000);
});
