import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Sql } from '../../src/db/database.ts';
import { textsBlockedBy } from '../../src/domain/messages/listing.ts';
import { type OptOutPlace, optOutPage } from '../../src/domain/opt-outs/opt-out-page.ts';
import { newLogEnvironment, openLogServer } from '../changes/log-world.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

const OPT_OUTS = 40_000;
/** Every thousandth opted out from this number of ours. */
const RARE = '+14155550199';

let database: Database;
let environmentId: number;

beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  ({ database } = await openLogServer(url));
  environmentId = await newLogEnvironment(database);
  await database.write.query('ALTER TABLE entry SET (autovacuum_enabled = false)');
  await database.write.query('DROP INDEX entry_phone_trgm');
  await database.write.query(
    `INSERT INTO entry (environment_id, phone, list_id, source, status, end_user_opted_out, business_number, requested_at, created_by_id, created_at, updated_at)
     SELECT $1::int, '+1' || (2000000000 + n), l.id, 'SMS_KEYWORD', 'APPROVED', true, CASE WHEN n % 1000 = 0 THEN '${RARE}' ELSE '+14155550100' END,
            timestamptz '2026-01-01' + n * interval '1 minute', a.id, now(), now()
       FROM generate_series(1, ${OPT_OUTS}) n, (VALUES (1), (2)) l(id), (SELECT id FROM actor WHERE environment_id = $1::int LIMIT 1) a`,
    [environmentId],
  );
});

/** Pages of the database that a read looks at. */
async function cost(read: (sql: Sql) => Promise<unknown>): Promise<number> {
  let buffers = 0;
  await read({
    async query(text, values) {
      type Plan = { Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } };
      const explained = await database.read.query<{ 'QUERY PLAN': [Plan] }>(
        `EXPLAIN (FORMAT JSON, ANALYZE, BUFFERS) ${text}`,
        values,
      );
      const [{ Plan: root }] = explained.rows[0]!['QUERY PLAN'];
      buffers += root['Shared Hit Blocks'] + root['Shared Read Blocks'];
      return database.read.query(text, values);
    },
  });
  return buffers;
}

describe.each(['never analysed', 'analysed'])('a list that was %s', (state) => {
  beforeAll(async () => {
    if (state === 'analysed') await database.write.query('VACUUM ANALYZE entry');
  });

  const all = { name: 'all', filter: {} };
  const span = {
    name: 'of a span',
    filter: { optedOutAt: { from: new Date('2026-01-02'), to: new Date('2026-01-20') } },
  };
  // Which index is the better one shows by statistics alone.
  const rare = { name: 'of a number that few opted out from', filter: { businessNumber: RARE } };

  test.each(state === 'analysed' ? [all, span, rare] : [all, span])(
    '$name: a page costs the same wherever it is',
    async ({ filter }) => {
      const page = (sql: Sql, beyond: OptOutPlace | null, size = 21) =>
        optOutPage(sql, environmentId, filter, { ascending: false, size, beyond });
      const deep = (await page(database.read, null, 30_000)).at(-15)!;
      expect(await cost((sql) => page(sql, null))).toBeLessThan(100);
      expect(await cost((sql) => page(sql, deep))).toBeLessThan(100);
    },
  );

  test('what still blocks one number is a look into one index', async () => {
    expect(await cost((sql) => textsBlockedBy(sql, environmentId, '+12000020000'))).toBeLessThan(40);
  });
});
