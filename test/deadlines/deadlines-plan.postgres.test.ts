import { beforeAll, expect, test } from 'vitest';
import { deadlineBounds } from '../../src/domain/deadlines/deadline-bounds.ts';
import { addOne } from '../graphql/entry-story.ts';
import { type Statement, statementsOf } from '../graphql/statements.ts';
import { tablesOf } from '../statistics/statistics-story.ts';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const ENTRIES = 20_000;

/**
 * Half of them wait: an eighth on DNC that is overdue, an eighth that is new, and a quarter on SPAM, which has no deadline
 * and came between the new ones, at the same times however long this takes. What came together lies together.
 */
const FILL = `
  INSERT INTO entry (environment_id, phone, list_id, source, status, requested_at, created_by_id, created_at, updated_at)
  SELECT e.environment_id, '+1' || (2000000000 + n), CASE WHEN eighth IN (2, 3) THEN 3 ELSE 1 END, 'IMPORT',
         (CASE WHEN eighth < 4 THEN 'PENDING' ELSE 'APPROVED' END)::entry_status,
         now() - CASE eighth WHEN 0 THEN interval '90 days' ELSE interval '1 minute' END + n % (${ENTRIES} / 8) * interval '1 ms',
         e.created_by_id, clock_timestamp(), clock_timestamp()
    FROM (SELECT * FROM entry LIMIT 1) e, generate_series(1, ${ENTRIES}) n CROSS JOIN LATERAL (SELECT (n - 1) * 8 / ${ENTRIES} AS eighth) part;
  INSERT INTO entry_count (environment_id, list_id, status, source, count)
  SELECT environment_id, list_id, status, source, count(*) FROM entry WHERE source = 'IMPORT' GROUP BY 1, 2, 3, 4`;

let staff: Client;
let tables: Awaited<ReturnType<typeof tablesOf>>;

beforeAll(async () => {
  const server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  tables = await tablesOf(server);
  const { overdueBefore } = deadlineBounds(new Date());
  await addOne(staff, '+14155550001', { requestedAt: new Date(overdueBefore.getTime() - 1) }, { status: 'PENDING' });
  // As an import leaves it: what the planner knows is of a table in which hardly anything waited.
  await tables.query('ANALYZE entry');
  await tables.query('ALTER TABLE entry SET (autovacuum_enabled = off)');
  await tables.query(FILL);
});

const PAGE = `query ($state: OptOutDeadlineState, $first: Int, $last: Int) {
  optOutDeadlines(state: $state, first: $first, last: $last) { nodes { dueOn entry { phone } } }
}`;

/** How many pages of tables and indexes a statement reads, those of its functions too. */
async function pagesRead({ text, values }: Statement): Promise<number> {
  const explain = () => tables.query(`EXPLAIN (FORMAT JSON, ANALYZE, BUFFERS) ${text}`, values as unknown[]);
  await explain(); // The first call of a connection also reads what the function is.
  const { rows } = await explain();
  const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

async function pagesOfEntries(): Promise<number> {
  const { rows } = await tables.query("SELECT pg_relation_size('entry') / 8192 AS pages");
  return Number(rows[0].pages);
}

async function walksOf(document: string, variables: object = {}): Promise<number[]> {
  const sent = await statementsOf(() => staff.expectOk(document, variables));
  const pages: number[] = [];
  for (const statement of sent.filter(({ text }) => /waiting_requests/.test(text)))
    pages.push(await pagesRead(statement));
  return pages;
}

test.each(['OVERDUE', 'DUE_SOON', 'WAITING', null])(
  'a page of %s reads what it shows and no more, whatever the planner believes of the table',
  async (state) => {
    // Its rows, and some of SPAM between them: less than what waits takes, which is half of the table, without its index.
    const all = await pagesOfEntries();
    for (const page of [{ first: 20 }, { last: 20 }]) {
      const [pages] = await walksOf(PAGE, { state, ...page });
      expect([page, pages]).toEqual([page, expect.toSatisfy((read: number) => read < all / 2)]);
    }
  },
);

test('totals count what is overdue and due soon, and what waits longer is the rest', async () => {
  const TOTALS = '{ optOutDeadlines { totals { overdue dueSoon waiting isExact } } }';
  expect((await staff.expectOk(TOTALS)).optOutDeadlines.totals).toEqual({
    overdue: ENTRIES / 8 + 1,
    dueSoon: 0,
    waiting: ENTRIES / 8,
    isExact: true,
  });
  const [, totals] = await walksOf(TOTALS);
  // An eighth of the table and what the index takes beside it; the rest, which waits or is decided, is not looked at.
  expect(totals).toBeLessThan((await pagesOfEntries()) / 3);
});
