import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import {
  type AttemptWorld,
  journalsIn,
  leftBehind,
  newFolder,
  openAttemptDatabase,
  openAttemptWorld,
} from './attempt-world.ts';

let database: Database;
beforeAll(async () => {
  database = await openAttemptDatabase();
});

const ids = async (world: AttemptWorld) => (await world.kept()).map(({ id }) => id);

test('an attempt is on the disk before the answer, in the database soon after, and then no longer on the disk', async () => {
  const world = await openAttemptWorld(database);
  const { attempts } = await world.server();
  const attempt = world.attempt();
  expect(attempts.record(attempt)).toBeUndefined();
  const [journal] = journalsIn(world.spoolDir);
  expect(readFileSync(journal!, 'utf8')).toContain(attempt.id);
  expect(statSync(journal!).mode & 0o777).toBe(0o600);
  await expect.poll(() => ids(world), { timeout: 1_000 }).toEqual([attempt.id]);
  await expect.poll(() => readFileSync(journal!, 'utf8')).not.toContain(attempt.id);
  await attempts.close();
  expect(existsSync(journal!)).toBe(false);
});

test('what a killed server left in its journal the next start writes, once, whoever comes for it', async () => {
  const world = await openAttemptWorld(database);
  const dead = await world.server();
  const all = Array.from({ length: 40 }, (_, n) =>
    world.attempt({ decision: n % 2 ? 'BLOCK' : 'ALLOW', listIds: n % 2 ? [1] : [] }),
  );
  for (const attempt of all.slice(0, 15)) void dead.attempts.record(attempt);
  await dead.attempts.written(world.environmentId);
  dead.cut(true);
  for (const attempt of all.slice(15)) void dead.attempts.record(attempt);
  // Killed in the middle of a line, which nobody was answered for.
  const half = JSON.stringify(world.attempt()).slice(0, 100);
  const spoolDir = leftBehind(world.spoolDir, (text) => text + half);

  const next = await Promise.all([world.server({ spoolDir }), world.server({ spoolDir })]);
  for (const { attempts } of next) await attempts.written(world.environmentId);
  const kept = await world.kept();
  expect(kept.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(kept.map(({ position }) => position)).toEqual(all.map((_, n) => n + 1));
  expect(journalsIn(spoolDir)).toEqual([]);
  const once = { '0 0 OUTBOUND CALL ALLOW': 20, '0 0 OUTBOUND CALL BLOCK': 20, '0 1 OUTBOUND CALL BLOCK': 20 };
  expect(await world.counts()).toEqual(once);

  // The first comes back to life, and has what others have written for it.
  dead.cut(false);
  await dead.attempts.close();
  expect(await ids(world)).toEqual(all.map(({ id }) => id));
  expect(await world.counts()).toEqual(once);
});

test('the journal of a server of another database, and of one that runs, are left alone', async () => {
  const [world, other] = [await openAttemptWorld(database), await openAttemptWorld(await openAttemptDatabase())];
  const theirs = await other.server();
  theirs.cut(true);
  void theirs.attempts.record(other.attempt());
  const spoolDir = leftBehind(other.spoolDir);
  await (await world.server({ spoolDir })).attempts.written(world.environmentId);
  await (await other.server()).attempts.written(other.environmentId);
  expect([await ids(world), await ids(other)]).toEqual([[], []]);
  expect([journalsIn(spoolDir).length, journalsIn(other.spoolDir).length]).toEqual([1, 1]);
});

test('while the database is away nothing is lost: what memory has no room for is on the disk', async () => {
  const world = await openAttemptWorld(database);
  const { attempts, cut, warnings } = await world.server({ maxWaiting: 10 });
  cut(true);
  const all = Array.from({ length: 35 }, () => world.attempt());
  for (const attempt of all) expect(attempts.record(attempt)).toBeUndefined();
  await attempts.written(world.environmentId);
  expect(await ids(world)).toEqual([]);
  expect(warnings).toEqual(['attempts could not be written to the database yet']);
  cut(false);
  await attempts.written(world.environmentId);
  expect(await ids(world)).toEqual(all.map(({ id }) => id));
  expect(await world.lost()).toBe(0);
  await attempts.close();
  expect(journalsIn(world.spoolDir)).toEqual([]);
});

test('without a disk the caller waits for the database; without both it is counted as lost, and is answered', async () => {
  const world = await openAttemptWorld(database);
  const noFolder = join(newFolder(), 'a-file');
  writeFileSync(noFolder, '');
  const { attempts, cut, warnings } = await world.server({ spoolDir: noFolder, maxWaiting: 1 });
  const first = world.attempt();
  await attempts.record(first);
  expect(await ids(world)).toEqual([first.id]);

  // Memory is full of one that waits: a blocked one is written by itself, an allowed one is lost.
  cut(true);
  const waiting = attempts.record(world.attempt());
  const lost = attempts.record(world.attempt({ decision: 'BLOCK', listIds: [1] }));
  await attempts.record(world.attempt());
  await lost;
  cut(false);
  const blocked = world.attempt({ decision: 'BLOCK', listIds: [1] });
  await attempts.record(blocked);
  expect(await ids(world)).toContain(blocked.id);
  await waiting;
  await attempts.written(world.environmentId);
  expect(await ids(world)).toHaveLength(3);
  expect(await world.lost()).toBe(2);
  expect(warnings.join()).toMatch(/journal of attempts could not be opened.*see lostCount/);
});

test('several servers write at once: positions without a gap, and every count right', async () => {
  const world = await openAttemptWorld(database);
  const servers = await Promise.all([world.server(), world.server(), world.server()]);
  const all = Array.from({ length: 600 }, (_, n) =>
    world.attempt({
      at: n % 3 ? '2026-03-03T23:59:59.999Z' : '2026-03-04T00:00:00.000Z',
      campaignId: n % 2 ? 7 : null,
      ...(n % 5 ? {} : { decision: 'BLOCK', reasons: ['LISTED'], listIds: [1, 2] }),
    }),
  );
  for (const [n, attempt] of all.entries()) {
    void servers[n % 3]!.attempts.record(attempt);
    if (n % 100 === 99) await Promise.all(servers.map(({ attempts }) => attempts.written(world.environmentId)));
  }
  const kept = await world.kept();
  expect(kept.map(({ position }) => position)).toEqual(all.map((_, n) => n + 1));
  expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
  expect(await world.counts()).toEqual({
    '0 0 OUTBOUND CALL ALLOW': 240,
    '7 0 OUTBOUND CALL ALLOW': 240,
    '0 0 OUTBOUND CALL BLOCK': 60,
    '0 1 OUTBOUND CALL BLOCK': 60,
    '0 2 OUTBOUND CALL BLOCK': 60,
    '7 0 OUTBOUND CALL BLOCK': 60,
    '7 1 OUTBOUND CALL BLOCK': 60,
    '7 2 OUTBOUND CALL BLOCK': 60,
  });
  const { rows } = await world.database.read.query(
    'SELECT day::text, sum(count)::int AS count FROM attempt_daily WHERE environment_id = $1 AND list_id = 0 GROUP BY 1 ORDER BY 1',
    [world.environmentId],
  );
  expect(rows).toEqual([
    { day: '2026-03-03', count: 400 },
    { day: '2026-03-04', count: 200 },
  ]);
});

test('one that the database will never take is counted, and keeps no other from being written', async () => {
  const world = await openAttemptWorld(database);
  const { attempts } = await world.server();
  const all = Array.from({ length: 9 }, (_, n) => world.attempt(n === 4 ? { at: 'never' } : {}));
  for (const attempt of all) void attempts.record(attempt);
  await attempts.written(world.environmentId);
  expect(await ids(world)).toEqual(all.filter((_, n) => n !== 4).map(({ id }) => id));
  expect(await world.lost()).toBe(1);
});
