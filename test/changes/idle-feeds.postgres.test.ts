import { beforeAll, expect, test } from 'vitest';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { type LogServer, newLogEnvironment, openLogServer } from './log-world.ts';

let server: LogServer;
beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
});

test('a feed that nobody uses is forgotten, and whoever still has it can not vouch by it (invariants 6 and 10)', async () => {
  const log = { warn: () => {}, error: () => {} };
  const options = { database: server.database, log, pollIntervalMs: 60_000, onBroken: () => {}, maxIdleFeeds: 1 };
  const feed = new ChangeFeed(options);
  const [idle, held, newest] = await Promise.all([1, 2, 3].map(() => newLogEnvironment(server.database)));
  const forgotten = await feed.environment(idle!);
  const kept = await feed.environment(held!);
  const release = kept.hold();
  await feed.environment(newest!);

  expect(forgotten.isBroken).toBe(true);
  expect(kept.isBroken).toBe(false);
  expect(await feed.environment(held!)).toBe(kept);
  const reopened = await feed.environment(idle!);
  expect(reopened).not.toBe(forgotten);
  expect(reopened.isBroken).toBe(false);
  release();
});
