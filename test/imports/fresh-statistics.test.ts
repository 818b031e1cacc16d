import { expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { FreshStatistics } from '../../src/tasks/import/fresh-statistics.ts';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

const log = { info() {}, warn() {}, error() {} };

/** Tables of which the planner knows how many rows they have. */
async function known(database: Database): Promise<string[]> {
  const { rows } = await database.write.query<{ relname: string }>(
    `SELECT relname FROM pg_class
      WHERE relname IN ('entry', 'change', 'change_set', 'import_claim') AND reltuples >= 0 ORDER BY relname`,
  );
  return rows.map(({ relname }) => relname);
}

test.each(['postgres', 'pglite'])('P3.6: on %s the planner is told of a large import on its way', async (kind) => {
  const place =
    kind === 'pglite'
      ? { dataDir: await embeddedFolder() }
      : { databaseUrl: (await createTestDatabase()).url, dataDir: '' };
  const database = await openDatabase({ ...place, readTimeoutMs: 5_000, log });
  onceEnded('a database', () => database.close());
  expect(database.kind).toBe(kind);
  expect(await known(database)).toEqual([]);
  const statistics = new FreshStatistics(database);
  await statistics.wrote(99_999);
  expect(await known(database)).toEqual([]);
  await statistics.wrote(1);
  expect(await known(database)).toEqual(['change', 'change_set', 'entry', 'import_claim']);
  // What it sets holds for itself alone.
  const { rows } = await database.write.query('SHOW default_statistics_target');
  expect(rows).toEqual([{ default_statistics_target: '100' }]);
});
