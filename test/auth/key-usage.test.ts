import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createKeyUsage } from '../../src/auth/key-usage.ts';
import { anonymousViewer } from '../../src/auth/viewer.ts';
import { type AuthDatabase, openAuthDatabase } from './auth-database.ts';
import { fakeSql, gate, keyViewer, recordingLog, standingClock } from './fakes.ts';

let database: AuthDatabase;
beforeAll(async () => {
  database = await openAuthDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the newest use of each key is written, and never set back', async () => {
  const { id } = await database.environment();
  const [used, idle] = [await database.apiKey(id), await database.apiKey(id)];
  const clock = standingClock();
  const usage = createKeyUsage({ sql: database.sql, log: recordingLog(), clock });
  const viewer = keyViewer({ environmentId: id, keyId: used.id });

  usage.used(viewer);
  clock.advance(5_000);
  usage.used(viewer);
  usage.used(anonymousViewer);
  await usage.flush();
  expect(await database.lastUsedAt(id, used.id)).toEqual(new Date(clock.wall()));
  expect(await database.lastUsedAt(id, idle.id)).toBeNull();

  const newest = clock.wall();
  clock.advance(-60_000);
  usage.used(viewer);
  await usage.close();
  expect(await database.lastUsedAt(id, used.id)).toEqual(new Date(newest));
});

test('two servers that flush the same keys in opposite order neither wait nor deadlock', async () => {
  const { id } = await database.environment();
  const keys = [await database.apiKey(id), await database.apiKey(id), await database.apiKey(id)];
  const logs = [recordingLog(), recordingLog()];
  const servers = logs.map((log) => createKeyUsage({ sql: database.sql, log }));

  for (let round = 0; round < 20; round++) {
    for (const key of keys) servers[0]!.used(keyViewer({ environmentId: id, keyId: key.id }));
    for (const key of keys.toReversed()) servers[1]!.used(keyViewer({ environmentId: id, keyId: key.id }));
    await Promise.all(servers.map((server) => server.flush()));
  }
  await Promise.all(servers.map((server) => server.close()));

  expect(logs.flatMap((log) => log.lines)).toEqual([]);
  for (const key of keys) expect(await database.lastUsedAt(id, key.id)).not.toBeNull();
});

test('a thousand uses in a minute are one statement, at the end of the minute', async () => {
  const { sql, asked } = fakeSql(() => []);
  const usage = createKeyUsage({ sql, log: recordingLog() });
  for (let n = 0; n < 1_000; n++) usage.used(keyViewer({ keyId: n % 3 }));

  vi.advanceTimersByTime(59_999);
  expect(asked).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(asked.map((statement) => statement.values[1])).toEqual([[0, 1, 2]]);
  vi.advanceTimersByTime(60_000);
  expect(asked).toHaveLength(1);
  await usage.close();
});

test('a failure is logged without any key, and the use is written by the next flush', async () => {
  let fails = true;
  const { sql, asked } = fakeSql(() => {
    if (fails) throw new Error('connection lost');
    return [];
  });
  const log = recordingLog();
  const usage = createKeyUsage({ sql, log });
  usage.used(keyViewer());

  await usage.flush();
  expect(log.lines).toEqual([{ fields: expect.objectContaining({ keys: 1 }), message: expect.any(String) }]);
  fails = false;
  await usage.close();
  expect(asked).toHaveLength(2);
  expect(asked[1]!.values).toEqual(asked[0]!.values);
});

test('closing waits for the flush that is under way and writes what came after it', async () => {
  const slow = gate();
  const { sql, asked } = fakeSql(async () => {
    if (asked.length === 1) await slow.passed;
    return [];
  });
  const usage = createKeyUsage({ sql, log: recordingLog() });
  usage.used(keyViewer({ keyId: 1 }));
  void usage.flush();
  usage.used(keyViewer({ keyId: 2 }));

  const closed = usage.close();
  slow.open();
  await closed;

  expect(asked.map((statement) => statement.values[1])).toEqual([[1], [2]]);
});
