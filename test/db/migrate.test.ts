import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { migrate, schemaIsCurrent } from '../../src/db/migrate.ts';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { open, quiet, temporaryFolder } from './support.ts';

const first = 'CREATE TABLE toy (id int); INSERT INTO toy VALUES (1);';

function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, sql] of Object.entries(files)) add(folder, name, sql);
  writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
  return folder;
}

function add(folder: string, name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

async function emptyDatabase() {
  const { url, drop } = await createTestDatabase({ empty: true });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await drop();
  });
  return { url, sql: client };
}

test('applies what is missing, in order, and records it as Prisma does', async () => {
  const { url, sql } = await emptyDatabase();
  const folder = folderOf({ '20260102_b': 'ALTER TABLE toy ADD name text;', '20260101_a': first });
  expect(await schemaIsCurrent(sql, folder)).toBe(false);
  expect(await migrate({ url, folder })).toEqual(['20260101_a', '20260102_b']);
  expect(await migrate({ url, folder })).toEqual([]);
  expect(await schemaIsCurrent(sql, folder)).toBe(true);
  const { rows } = await sql.query('SELECT * FROM _prisma_migrations ORDER BY started_at');
  expect(rows).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      finished_at: expect.any(Date),
      migration_name: '20260101_a',
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Date),
      applied_steps_count: 1,
    },
    expect.objectContaining({ migration_name: '20260102_b' }),
  ]);
  add(folder, '20260103_c', 'SELECT 1');
  expect(await schemaIsCurrent(sql, folder)).toBe(false);
});

test('applies once when several servers start at once (P3.4)', async () => {
  const { url, sql } = await emptyDatabase();
  const folder = folderOf({ '1_a': `${first} SELECT pg_sleep(0.3);`, '2_b': 'INSERT INTO toy VALUES (2)' });
  const info = vi.fn();
  const done = await Promise.all([1, 2, 3].map(() => migrate({ url, folder, log: { ...quiet, info } })));
  expect(done.flat().sort()).toEqual(['1_a', '2_b']);
  expect((await sql.query('SELECT id FROM toy')).rows).toEqual([{ id: 1 }, { id: 2 }]);
  expect(info.mock.calls.filter(([, message]) => String(message).includes('waiting'))).toHaveLength(2);
});

test('stops waiting for a lock that is never released', async () => {
  const { url, sql } = await emptyDatabase();
  await sql.query('SELECT pg_advisory_lock(8175556583026878830)');
  await expect(migrate({ url, folder: folderOf({}), waitMs: 50 })).rejects.toMatchObject({ code: 'MIGRATION' });
});

test('leaves nothing of a migration that fails', async () => {
  const { url, sql } = await emptyDatabase();
  const folder = folderOf({ '1_a': first, '2_b': 'INSERT INTO toy VALUES (2); SELECT 1/0;' });
  await expect(migrate({ url, folder })).rejects.toThrow(/2_b failed and was rolled back: division by zero/);
  expect((await sql.query('SELECT id FROM toy')).rows).toEqual([{ id: 1 }]);
  add(folder, '2_b', 'INSERT INTO toy VALUES (3)');
  expect(await migrate({ url, folder })).toEqual(['2_b']);
});

test('refuses a changed file and an unfinished migration, and accepts a newer release', async () => {
  const { url, sql } = await emptyDatabase();
  const folder = folderOf({ '1_a': first });
  await migrate({ url, folder });
  await sql.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '9_newer')");
  await expect(migrate({ url, folder })).rejects.toThrow(/9_newer was begun and not finished/);
  await sql.query("UPDATE _prisma_migrations SET finished_at = now() WHERE id = 'x'");
  expect(await migrate({ url, folder })).toEqual([]);
  expect(await schemaIsCurrent(sql, folder)).toBe(true);
  add(folder, '1_a', `${first} -- changed`);
  await expect(migrate({ url, folder })).rejects.toThrow(/1_a was changed/);
  expect(await schemaIsCurrent(sql, folder)).toBe(false);
});

test('does the same on PGlite, also twice at once', async () => {
  const database = await open({ dataDir: await embeddedFolder() });
  const folder = folderOf({ '1_a': first, '2_b': 'INSERT INTO toy VALUES (2)' });
  const done = await Promise.all([migrate({ database, folder }), migrate({ database, folder })]);
  expect(done.flat().sort()).toEqual(['1_a', '2_b']);
  expect(await schemaIsCurrent(database.feed, folder)).toBe(true);
});

test("applies this release's own migrations to both", async () => {
  const { url, sql } = await emptyDatabase();
  await migrate({ url });
  expect(await schemaIsCurrent(sql)).toBe(true);
  // Made by `migrate` on PGlite, once for all tests.
  const embedded = await open({ dataDir: await embeddedFolder() });
  expect(await schemaIsCurrent(embedded.feed)).toBe(true);
});
