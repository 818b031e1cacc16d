import { beforeAll, describe, expect, test } from 'vitest';
import { allPermissions } from '../../src/auth/permissions.ts';
import type { Database, Sql } from '../../src/db/database.ts';
import { type EntryConditions, entryConditions } from '../../src/domain/entries/entry-conditions.ts';
import { fittingEntries, nextStretch } from '../../src/domain/entries/entry-stretch.ts';
import { inIndexOrder } from '../../src/domain/entries/in-index-order.ts';
import { type EntryKey, entriesBetween, keyFurtherOn } from '../../src/domain/exports/entry-keys.ts';
import { newLogEnvironment, openLogServer } from '../changes/log-world.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { fillList } from './entry-list.ts';

const ENTRIES = 60_000;
const WINDOW = 1_000;

let database: Database;
let sql: Sql;
let environmentId: number;

beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  ({ database } = await openLogServer(url));
  sql = database.write;
  environmentId = await newLogEnvironment(database);
  await sql.query('ALTER TABLE entry SET (autovacuum_enabled = false)');
  await sql.query('DROP INDEX entry_phone_trgm');
  await sql.query('DROP INDEX entry_by_import');
  await fillList(sql, { environmentId, entries: ENTRIES });
  await sql.query('UPDATE entry SET import_id = 7 WHERE id % 2 = 0');
  await sql.query('CREATE INDEX ON entry (environment_id, import_id, phone) WHERE active AND import_id IS NOT NULL');
  await sql.query('INSERT INTO import_claim SELECT environment_id, id, 7 FROM entry WHERE id % 2 = 1');
});

/** What a statement takes from the database's memory and disk, and the indexes that it goes by. */
interface Cost {
  readonly buffers: number;
  readonly indexes: readonly string[];
  readonly scans: readonly string[];
  readonly sorts: number;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

/** The cost of each statement that `work` sends. */
async function costsOf(work: (explained: Sql) => Promise<unknown>): Promise<Cost[]> {
  const costs: Cost[] = [];
  const explaining = (inOrder: Sql): Sql => ({
    async query(text, values) {
      const { rows } = await inOrder.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (FORMAT JSON, ANALYZE, BUFFERS) ${text}`,
        values,
      );
      const [{ Plan: root }] = rows[0]!['QUERY PLAN'];
      const nodes: Plan[] = [root];
      for (const node of nodes) nodes.push(...(node.Plans ?? []));
      costs.push({
        buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
        indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
        sorts: nodes.filter((node) => node['Node Type'] === 'Sort').length,
        scans: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? node['Relation Name']! : [])),
      });
      return inOrder.query(text, values);
    },
  });
  await inIndexOrder(database, (inOrder) => work(explaining(inOrder)));
  return costs;
}

const held = new Set<string>(allPermissions);
const conditionsOf = (filter: object): Promise<EntryConditions> =>
  entryConditions(sql, { environmentId, kind: 'API_KEY', can: (permission) => held.has(permission) }, filter);

async function keyAt(place: number): Promise<EntryKey | null> {
  return place === 0 ? null : keyFurtherOn(sql, environmentId, null, place);
}

/** One page of an export, from the entry at this place of the order on. */
const pageCosts = async (filter: object, place: number) => {
  const [conditions, after] = [await conditionsOf(filter), await keyAt(place)];
  return costsOf(async (explained) => {
    const end = await keyFurtherOn(explained, environmentId, after, WINDOW);
    await entriesBetween(explained, conditions, after, end);
  });
};

/** One look of a bulk task. */
const lookCosts = async (filter: object, after: number) => {
  const conditions = await conditionsOf(filter);
  return costsOf(async (explained) => {
    const stretch = await nextStretch(explained, environmentId, { after, through: ENTRIES }, WINDOW);
    await fittingEntries(explained, conditions, stretch, { most: WINDOW, addedBy: new Date() });
  });
};

const sum = (costs: readonly Cost[]) => costs.reduce((all, { buffers }) => all + buffers, 0);

describe.each(['never analysed', 'analysed'])('a list that was %s', (state) => {
  beforeAll(async () => {
    if (state === 'analysed') await sql.query('VACUUM ANALYZE entry');
  });

  test.for([
    ['all', {}],
    ['one list in one state', { lists: ['DNC'], statuses: ['PENDING'] }],
    ['a part of a number', { numberContains: '4567' }],
    ['a reason', { reasonContains: 'upload number 7' }],
    ['an import of half the list', { import: '7' }],
    ['a change set', { changeSet: '11111111-1111-4111-8111-111111111111' }],
    ['what nobody has', { externalReference: 'nobody' }],
  ] as const)('%s: the page at 50,000 costs what the first one costs (P3.3)', async ([, filter]) => {
    const [first, deep] = [await pageCosts(filter, 0), await pageCosts(filter, 50_000)];
    for (const costs of [first, deep]) {
      expect(costs.flatMap(({ scans }) => scans)).not.toContain('entry');
      for (const { indexes, sorts } of costs) {
        expect(indexes).toContain('entry_environment_id_phone_list_id_source_key');
        expect(sorts).toBe(0);
      }
    }
    expect(sum(deep)).toBeLessThan(1.5 * sum(first));
    expect(sum(deep)).toBeLessThan(8 * WINDOW);
  });

  test('a bulk task goes by the ids, and reads no more than a stretch at a time', async () => {
    for (const filter of [{ statuses: ['APPROVED'] }, { lists: ['DNC'], statuses: ['PENDING'] }, { import: '7' }]) {
      const [first, deep] = [await lookCosts(filter, 0), await lookCosts(filter, 50_000)];
      for (const { indexes, scans, sorts } of [...first, ...deep]) {
        expect(sorts).toBe(0);
        expect(scans).not.toContain('entry');
        expect(indexes).toContain('entry_pkey');
      }
      expect(sum(deep)).toBeLessThan(1.5 * sum(first) + 10);
    }
  });
});
