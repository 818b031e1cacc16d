import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { type Cursor, CursorCodec } from '../../src/changes/cursor.ts';
import { openDatabase } from '../../src/db/database.ts';
import { followEntryChanges } from '../../src/domain/entry-changes/follow-entry-changes.ts';
import { createLog } from '../../src/log.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { add, changesIn, ENTRY_CHANGES, type Message, numbers } from './feed-documents.ts';

let server: Quietline;
let url: string;

beforeAll(async () => {
  server = await startQuietline({ settings: { POLL_INTERVAL_MS: '100', MAX_SOCKETS_PER_VIEWER: '2' } });
  url = (server.storage as { url: string }).url;
});

async function sql<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The cursor of an environment's end, altered, under the server's own seal. */
async function forged(environmentId: string, change: Partial<Cursor>): Promise<string> {
  const [instance] = await sql<{ server_secret: Buffer }>('SELECT server_secret FROM instance');
  const [row] = await sql<{ epoch: string; head: string; head_hash: Buffer }>(
    'SELECT epoch, head, head_hash FROM environment WHERE id = $1',
    [environmentId],
  );
  return new CursorCodec(instance!.server_secret).encode({
    environmentId: Number(environmentId),
    epoch: row!.epoch,
    position: Number(row!.head),
    hash: row!.head_hash.subarray(0, 8).toString('hex'),
    ...change,
  });
}

test('a cursor that the log cannot continue is answered with the reason, and the stream ends (P2.2, R5.3)', async () => {
  const world = await newEnvironment(server);
  await add(await world.as('COMPLIANCE'), numbers(3));
  const dialer = await world.as('DIALER');
  const { environmentId } = world;
  const other = await newEnvironment(server);
  const cases: [cursor: string, reason: string | null][] = [
    [await forged(environmentId, {}), null],
    [await forged(other.environmentId, {}), 'OTHER_ENVIRONMENT'],
    [await forged(environmentId, { epoch: '0123456789abcdef' }), 'OTHER_HISTORY'],
    [await forged(environmentId, { hash: 'ffffffffffffffff' }), 'OTHER_HISTORY'],
    // The middle of a change set is no place to stand.
    [await forged(environmentId, { position: 2 }), 'OTHER_HISTORY'],
    [await forged(environmentId, { position: 1_000_000 }), 'AHEAD_OF_LOG'],
  ];
  for (const [after, reason] of cases) {
    const stream = dialer.subscribe<Message>(ENTRY_CHANGES, { after });
    const { entryChanges } = await stream.next();
    if (reason) {
      expect(entryChanges).toMatchObject({ __typename: 'ResyncRequired', reason });
      await stream.completed;
    } else expect(entryChanges).toEqual({ __typename: 'Bookmark', cursor: after });
    await stream.close();
  }
});

test('when the log is replaced under a running stream, the stream says so (R5.3)', async () => {
  const world = await newEnvironment(server);
  const stream = (await world.as('DIALER')).subscribe<Message>(ENTRY_CHANGES);
  await stream.next();
  await sql("UPDATE environment SET epoch = 'fedcba9876543210' WHERE id = $1", [world.environmentId]);
  expect((await stream.next()).entryChanges).toMatchObject({ __typename: 'ResyncRequired', reason: 'OTHER_HISTORY' });
  await stream.completed;
});

test('a slow reader holds up nobody, and finds everything in order when it reads on (P2.7, invariant 10)', async () => {
  const world = await newEnvironment(server);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const slow = dialer.openSocket();
  const stalled = slow.subscribe<Message>(ENTRY_CHANGES);
  const fast = dialer.subscribe<Message>(ENTRY_CHANGES);
  await Promise.all([stalled.next(), fast.next()]);
  slow.pause();
  const all = numbers(12_000);
  for (let n = 0; n < all.length; n += 3_000) await add(staff, all.slice(n, n + 3_000));
  const readAll = async (stream: typeof fast) => {
    const phones: string[] = [];
    while (phones.length < all.length) phones.push(...changesIn([await stream.next()]).map(({ phone }) => phone));
    return phones;
  };
  expect(await readAll(fast)).toEqual(all);
  slow.resume();
  expect(await readAll(stalled)).toEqual(all);
});

test('a stalled SSE client that leaves frees its place within a second (P2.10)', async () => {
  const world = await newEnvironment(server);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const leave = new AbortController();
  // Two streams are what this viewer may have. Their bodies are never read, and kept, since fetch lets go of forgotten ones.
  const stalled: Response[] = [];
  for (let n = 0; n < 2; n += 1) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${dialer.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: ENTRY_CHANGES }),
      signal: leave.signal,
    });
    stalled.push(response);
  }
  await add(staff, numbers(5_000));
  await expect(dialer.sse(ENTRY_CHANGES)).rejects.toThrow('429');
  expect(stalled.map(({ status }) => status)).toEqual([200, 200]);
  leave.abort();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const stream = await dialer.sse<Message>(ENTRY_CHANGES);
  expect((await stream.next()).entryChanges.__typename).toBe('Bookmark');
});

test('an ended follower leaves nothing behind: no waiter, no timer (P2.10)', async () => {
  const world = await newEnvironment(server);
  const log = createLog({ level: 'silent' });
  const database = await openDatabase({ databaseUrl: url, dataDir: '', readTimeoutMs: 5_000, log });
  onceEnded('a database', () => database.close());
  const feeds = new ChangeFeed({ database, log, pollIntervalMs: 1_000, onBroken: () => {} });
  const feed = await feeds.environment(Number(world.environmentId));
  const leave = new AbortController();
  const stream = followEntryChanges({
    sql: database.read,
    openFeed: () => Promise.resolve(feed),
    after: null,
    listIds: null,
    hiddenOrder: null,
    bookmarkMs: 60_000,
    signal: leave.signal,
  });
  expect((await stream.next()).value).toMatchObject({ kind: 'BOOKMARK' });
  const waiting = stream.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(feed.waiting).toBe(1);
  leave.abort();
  expect((await waiting).done).toBe(true);
  expect(feed.waiting).toBe(0);
});
