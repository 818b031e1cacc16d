import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sql } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { follow, range, silent } from './following.ts';
import { add, type LogServer, newLogEnvironment, openLogServer, phoneOf, writer } from './log-world.ts';

let url: string;
let server: LogServer;
beforeAll(async () => {
  const made = await createTestDatabase();
  onceEnded('a test database', made.drop);
  url = made.url;
  server = await openLogServer(url);
});

describe('wake-ups are only wake-ups (P2.6)', () => {
  test('without NOTIFY the polls alone lose nothing', async () => {
    const deaf = await openLogServer(url, { wrap: silent, pollIntervalMs: 50 });
    const environment = await newLogEnvironment(server.database);
    const following = await follow(deaf, environment, null);
    expect(await following.next()).toMatchObject({ kind: 'BOOKMARK' });
    const write = writer(server, environment);
    const all = following.positions(3 + 40);
    for (let n = 0; n < 20; n += 1) await write([add(phoneOf(n)), add(phoneOf(n + 100))]);
    expect(await all).toEqual(range(4, 43));
  });

  test('with NOTIFY another server sees a commit long before its poll', async () => {
    const other = await openLogServer(url, { pollIntervalMs: 600_000 });
    const environment = await newLogEnvironment(server.database);
    const following = await follow(other, environment, null);
    await following.next();
    await writer(server, environment)([add(phoneOf(1))]);
    const begin = performance.now();
    expect(await following.next()).toMatchObject({ kind: 'BATCH' });
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  test('the listening session is killed: followers go on', async () => {
    const other = await openLogServer(url, { pollIntervalMs: 50 });
    const environment = await newLogEnvironment(server.database);
    const following = await follow(other, environment, null);
    await following.next();
    const { rowCount } = await server.database.write.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quietline listen' AND datname = current_database()`,
    );
    expect(rowCount).toBeGreaterThan(0);
    await writer(server, environment)([add(phoneOf(1))]);
    expect(await following.next()).toMatchObject({ kind: 'BATCH', cursor: { position: 4 } });
  });

  test("a poll that a commit overtakes doesn't take its own log for another", async () => {
    const environment = await newLogEnvironment(server.database);
    let isHeld = false;
    let look: (() => void) | null = null;
    const held = new Promise<void>((resolve) => {
      look = resolve;
    });
    const other = await openLogServer(url, {
      pollIntervalMs: 600_000,
      wrap: (database) => ({
        ...database,
        feed: {
          query: (async (text: string, values?: readonly unknown[]) => {
            const result = await database.feed.query(text, values);
            if (isHeld && text.includes('id = ANY')) await held;
            return result;
          }) as Sql['query'],
        },
      }),
    });
    const feed = await other.feed.environment(environment);
    isHeld = true;
    const poll = other.feed.poll();
    await delay(30);
    await writer(other, environment)([add(phoneOf(1))]);
    expect(feed.position).toBe(4);
    look!();
    await poll;
    expect(other.broken).toEqual([]);
    expect(feed.isBroken).toBe(false);
  });

  test("an environment with much to read doesn't keep the others from being fresh (P3.2)", async () => {
    const [busy, quiet] = [await newLogEnvironment(server.database), await newLogEnvironment(server.database)];
    let look: (() => void) | null = null;
    const held = new Promise<void>((resolve) => {
      look = resolve;
    });
    const other = await openLogServer(url, {
      pollIntervalMs: 600_000,
      wrap: (database) =>
        silent({
          ...database,
          feed: {
            query: (async (text: string, values?: readonly unknown[]) => {
              if (text.includes('FROM change_set') && values?.[0] === busy) await held;
              return database.feed.query(text, values);
            }) as Sql['query'],
          },
        }),
    });
    const [, feed] = [await other.feed.environment(busy), await other.feed.environment(quiet)];
    await writer(server, busy)([add(phoneOf(1))]);
    const first = other.feed.poll();
    await delay(60);
    const begin = performance.now();
    const second = other.feed.poll();
    // Fresh as of the second poll, though the first one's pull is still waiting.
    await vi.waitFor(() => expect(feed.age()).toBeLessThanOrEqual(performance.now() - begin + 1));
    look!();
    await Promise.all([first, second]);
  });
});
