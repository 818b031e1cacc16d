import { beforeAll, describe, expect, test, vi } from 'vitest';
import { changeStream } from '../../src/changes/change-stream.ts';
import type { Sql } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { cursors, follow, range } from './following.ts';
import { add, type LogServer, newLogEnvironment, openLogServer, phoneOf, writer } from './log-world.ts';

let server: LogServer;
beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
});

describe('following (invariant 5; P2.2, P2.7)', () => {
  test('begins with a bookmark, then whole sets in order as they are written', async () => {
    const environment = await newLogEnvironment(server.database);
    const write = writer(server, environment);
    const following = await follow(server, environment, null);
    expect(await following.next()).toMatchObject({ kind: 'BOOKMARK', cursor: { position: 3 } });
    await write([add(phoneOf(1)), add(phoneOf(2))]);
    const message = await following.next();
    expect(message).toMatchObject({
      kind: 'BATCH',
      cursor: { position: 5 },
      sets: [{ firstPosition: 4, position: 5 }],
    });
    expect(message?.kind === 'BATCH' && message.sets[0]!.changes).toMatchObject([
      { position: 4, kind: 'ENTRY_ADDED', phone: phoneOf(1), facts: '1h' },
      { position: 5, kind: 'ENTRY_ADDED', phone: phoneOf(2), facts: '1h' },
    ]);
    expect(message?.kind === 'BATCH' && message.cursor).toEqual((await cursors(server, environment)).at(-1));
  });

  test('resumes from the cursor of any set, the first included, and misses and repeats nothing', async () => {
    const environment = await newLogEnvironment(server.database);
    const write = writer(server, environment);
    for (let n = 0; n < 8; n += 1) await write(range(1, 1 + (n % 4)).map((r) => add(phoneOf(n * 10 + r))));
    const all = await cursors(server, environment);
    const head = all.at(-1)!.position;
    for (const after of all)
      expect(await (await follow(server, environment, after)).positions(head)).toEqual(range(after.position + 1, head));
  });

  test('when idle a bookmark says so, again and again, with the same cursor', async () => {
    const environment = await newLogEnvironment(server.database);
    const following = await follow(server, environment, null, 20);
    const bookmarks = [await following.next(), await following.next(), await following.next()];
    const [expected] = (await cursors(server, environment)).slice(-1);
    for (const bookmark of bookmarks) expect(bookmark).toEqual({ kind: 'BOOKMARK', cursor: expected });
  });

  test('ends at once when told to, while it waits', async () => {
    const environment = await newLogEnvironment(server.database);
    const feed = await server.feed.environment(environment);
    const abort = new AbortController();
    const stream = changeStream({
      sql: server.database.read,
      feed,
      after: null,
      bookmarkMs: 60_000,
      signal: abort.signal,
    });
    await stream.next();
    const waiting = stream.next();
    await vi.waitFor(() => expect(feed.waiting).toBe(1));
    abort.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.waiting).toBe(0);
  });

  test('a slow reader falls out of the tail in memory, reads the database, and misses nothing (invariant 10)', async () => {
    const environment = await newLogEnvironment(server.database);
    const write = writer(server, environment);
    const following = await follow(server, environment, null);
    await following.next();
    for (let n = 0; n < 3; n += 1) await write(range(1, 5_000).map((r) => add(phoneOf(n * 5_000 + r))));
    const feed = await server.feed.environment(environment);
    await vi.waitFor(() => expect(feed.position).toBe(15_003), 5_000);
    let fromDatabase = 0;
    const read = feed.read.bind(feed);
    feed.read = (after, sql) => {
      const query = (...asked: Parameters<Sql['query']>) => {
        fromDatabase += 1;
        return sql!.query(...asked);
      };
      return read(after, { query: query as Sql['query'] });
    };
    const batches: number[] = [];
    let expected = 4;
    while (expected <= 15_003) {
      const message = await following.next();
      if (message?.kind !== 'BATCH') throw new Error(`unexpected ${message?.kind}`);
      const positions = message.sets.flatMap((set) => set.changes.map(({ position }) => position));
      expect(positions).toEqual(range(expected, expected + positions.length - 1));
      expected += positions.length;
      batches.push(positions.length);
    }
    expect(fromDatabase).toBe(5);
    expect(Math.max(...batches)).toBe(1_000);
  });
});
