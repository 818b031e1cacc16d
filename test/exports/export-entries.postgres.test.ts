import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { allPermissions } from '../../src/auth/permissions.ts';
import type { EntryFilter } from '../../src/domain/entries/entry-filter.ts';
import { storeSelection } from '../../src/domain/entries/stored-selection.ts';
import { endOfLog } from '../../src/domain/exports/export-cursor.ts';
import type { EntryExportTask } from '../../src/domain/exports/start-entry-export.ts';
import { entryExportHandler } from '../../src/tasks/export-entries.ts';
import { type LogServer, newLogEnvironment, openLogServer } from '../changes/log-world.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { batches, claim, fileOf, finish, newTask } from './claims.ts';
import { fillList } from './entry-list.ts';

const ENTRIES = 12_000;

let server: LogServer;
let environmentId: number;

beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
  environmentId = await newLogEnvironment(server.database);
  // Nobody searches here, and filling them takes longer than the test.
  await server.database.write.query('DROP INDEX text_value_body_trgm; DROP INDEX entry_phone_trgm');
  await fillList(server.database.write, { environmentId, entries: ENTRIES, evidence: 300 });
});

async function start(filter: EntryFilter | null = null, kind: 'CSV' | 'NDJSON' = 'CSV'): Promise<string> {
  const held = new Set<string>(allPermissions);
  const viewer = { environmentId, kind: 'API_KEY', can: (permission: string) => held.has(permission) } as const;
  const input: EntryExportTask = {
    selection: storeSelection(viewer, filter),
    format: { kind, isForSpreadsheet: true },
    cursor: await endOfLog(server.database.read, environmentId),
  };
  return newTask(server.database, environmentId, { kind: 'ENTRY_EXPORT', input });
}

const handler = () => entryExportHandler({ database: server.database });

async function run(...start_: Parameters<typeof start>): Promise<Buffer> {
  const { database } = server;
  const id = await start(...start_);
  await batches((await claim(database, handler())).work);
  await finish(database, id);
  return fileOf(database, environmentId, id);
}

test('every entry is in the file once, in the order of number, list and source', async () => {
  const rows: { phone: string; list: string; evidence: string }[] = parse(await run(), { columns: true, bom: true });
  expect(rows).toHaveLength(ENTRIES);
  const keys = rows.map(({ phone, list }) => `${phone} ${list}`);
  expect(new Set(keys).size).toBe(ENTRIES);
  expect(keys).toEqual([...keys].sort());
  expect(rows.every(({ evidence }) => /^Letter \d+( é)+$/.test(evidence))).toBe(true);
});

test('killed again and again, the file is the one of an uninterrupted run (design.md, "Storage")', async () => {
  const { database } = server;
  const whole = await run();
  for (const most of [1, 2]) {
    const id = await start();
    const first = await claim(database, handler());
    await batches(first.work, most);
    const sizes = [(await fileOf(database, environmentId, id)).length];
    for (let isDone = false; !isDone; ) {
      const next = await claim(database, handler());
      isDone = await batches(next.work, most);
      sizes.push((await fileOf(database, environmentId, id)).length);
    }
    // Who was taken for dead writes nothing more.
    await expect(batches(first.work)).rejects.toMatchObject({ code: 'TASK_FENCED' });
    expect((await fileOf(database, environmentId, id)).equals(whole)).toBe(true);
    expect(sizes.length).toBeGreaterThan(2);
    const { rows } = await database.read.query('SELECT rows_done::int, rows_total::int FROM task WHERE id = $1', [id]);
    expect(rows).toEqual([{ rows_done: ENTRIES, rows_total: ENTRIES }]);
    await finish(database, id);
  }
});

test('few that fit are the same as many that are looked through', async () => {
  const few = await run({ statuses: ['PENDING'] }, 'NDJSON');
  const lines = few.toString().trimEnd().split('\n');
  const all = (await run(null, 'NDJSON')).toString().trimEnd().split('\n');
  expect(lines).toHaveLength(ENTRIES / 50);
  expect(lines).toEqual(all.filter((one) => one.includes('"status":"PENDING"')));
});
