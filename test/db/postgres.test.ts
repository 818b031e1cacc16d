import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createTestDatabase, runSql, type TestDatabase } from '../support/test-database.ts';
import { open } from './support.ts';

let own: TestDatabase;
const openIt = (pools?: { write?: number; read?: number }) =>
  open({ databaseUrl: own.url, readTimeoutMs: 300, ...(pools && { pools }) });
const kill = (name: string) =>
  runSql(
    own.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'quietline ${name}'`,
  );

beforeAll(async () => {
  own = await createTestDatabase({ empty: true });
  await runSql(own.url, 'CREATE TABLE toy (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)');
});
afterAll(() => own.drop());

test('gives each pool its name and its limits', async () => {
  const database = await openIt();
  const settings = `SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS statement,
    current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle`;
  const of = async (pool: 'write' | 'read' | 'feed') => (await database[pool].query(settings)).rows[0];
  expect(await of('write')).toEqual({ name: 'quietline write', statement: '1min', lock: '5s', idle: '5s' });
  expect(await of('read')).toEqual({ name: 'quietline read', statement: '300ms', lock: '0', idle: '0' });
  expect(await of('feed')).toEqual({ name: 'quietline feed', statement: '5s', lock: '0', idle: '0' });
  expect(await database.prisma.$queryRaw`SELECT current_setting('application_name') AS name`).toEqual([
    { name: 'quietline read' },
  ]);
  await expect(database.read.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
});

test('answers the feed while every writer is busy (P3.2)', async () => {
  const database = await openIt({ write: 1 });
  const busy = database.write.query('SELECT pg_sleep(0.5)');
  const before = performance.now();
  await database.feed.query('SELECT 1');
  expect(performance.now() - before).toBeLessThan(400);
  await busy;
});

test('retries a deadlock whole (P1.1)', async () => {
  const database = await openIt();
  await database.write.query('INSERT INTO toy (id) VALUES (1), (2)');
  let runs = 0;
  const add = (first: number, second: number) =>
    database.transaction(async (sql) => {
      runs++;
      await sql.query('UPDATE toy SET n = n + 1 WHERE id = $1', [first]);
      await sleep(100);
      await sql.query('UPDATE toy SET n = n + 1 WHERE id = $1', [second]);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect(runs).toBeGreaterThan(2);
  expect((await database.read.query('SELECT id, n FROM toy ORDER BY id')).rows).toEqual([
    { id: 1, n: 2 },
    { id: 2, n: 2 },
  ]);
});

test('gives up after three retries', async () => {
  const database = await openIt();
  let runs = 0;
  const failing = database.transaction(async (sql) => {
    runs++;
    await sql.query("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
  });
  await expect(failing).rejects.toMatchObject({ code: '40001' });
  expect(runs).toBe(4);
});

test('tells a lost commit from a failed one (P1.7)', async () => {
  const database = await openIt();
  const lost = database.transaction(async (sql) => {
    await sql.query('SELECT 1');
    await kill('write');
    await sleep(50);
  });
  await expect(lost).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
  const swallowed = database.transaction((sql) => sql.query('SELECT 1/0').catch(() => undefined));
  await expect(swallowed).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' });
  expect((await database.write.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('refuses the pools inside a transaction, and no longer after it', async () => {
  const database = await openIt();
  let later: Promise<unknown> | undefined;
  await database.transaction(async () => {
    await expect(database.read.query('SELECT 1')).rejects.toMatchObject({ code: 'NESTED_SQL' });
    await expect(database.transaction(async () => {})).rejects.toMatchObject({ code: 'NESTED_SQL' });
    later = sleep(100).then(() => database.read.query('SELECT 1'));
  });
  await later;
});

test('survives the loss of idle connections', async () => {
  const database = await openIt();
  await Promise.all([database.read.query('SELECT 1'), database.feed.query('SELECT 1')]);
  await kill('read');
  await kill('feed');
  await sleep(50);
  await database.read.query('SELECT 1');
  await database.feed.query('SELECT 1');
});

test('listens, comes back by itself, and says that something may have been missed', async () => {
  const database: Database = await openIt();
  const heard: string[] = [];
  const stop = await database.listen('Toy "news"', (payload) => heard.push(payload));
  expect(heard).toEqual(['']);
  await database.write.query('SELECT pg_notify($1, $2)', ['Toy "news"', '1,2']);
  await vi.waitFor(() => expect(heard).toEqual(['', '1,2']));
  await kill('listen');
  await vi.waitFor(() => expect(heard).toEqual(['', '1,2', '']), 5_000);
  await stop();
  await database.write.query('SELECT pg_notify($1, $2)', ['Toy "news"', '3']);
  await sleep(100);
  expect(heard).toHaveLength(3);
});

test('rejects at once when nobody answers', async () => {
  await expect(open({ databaseUrl: 'postgres://x@127.0.0.1:9/x' })).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    cause: { code: 'ECONNREFUSED' },
  });
});
