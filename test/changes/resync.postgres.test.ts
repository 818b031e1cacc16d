import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cursor } from '../../src/changes/cursor.ts';
import { planResume } from '../../src/changes/resume-plan.ts';
import type { Sql } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { cursors, follow, range, silent } from './following.ts';
import { add, type LogServer, newLogEnvironment, openLogServer, phoneOf, writer } from './log-world.ts';

let url: string;
let server: LogServer;
beforeAll(async () => {
  const made = await createTestDatabase();
  onceEnded('a test database', made.drop);
  url = made.url;
  server = await openLogServer(url);
});

describe('a cursor that cannot be honoured is answered by a resync, never by silence (R5.3, P2.2)', () => {
  const resync = async (environmentId: number, after: Cursor) => (await follow(server, environmentId, after)).next();

  test('each reason', async () => {
    const environment = await newLogEnvironment(server.database);
    await writer(server, environment)([add(phoneOf(1)), add(phoneOf(2))]);
    const other = await newLogEnvironment(server.database);
    const [own] = (await cursors(server, environment)).slice(-1) as [Cursor];
    expect(await resync(other, own)).toEqual({ kind: 'RESYNC', reason: 'OTHER_ENVIRONMENT' });
    expect(await resync(environment, { ...own, epoch: 'x' })).toEqual({ kind: 'RESYNC', reason: 'OTHER_HISTORY' });
    expect(await resync(environment, { ...own, hash: '0'.repeat(16) })).toEqual({
      kind: 'RESYNC',
      reason: 'OTHER_HISTORY',
    });
    expect(await resync(environment, { ...own, position: own.position - 1 })).toEqual({
      kind: 'RESYNC',
      reason: 'OTHER_HISTORY',
    });
    expect(await resync(environment, { ...own, position: own.position + 1 })).toEqual({
      kind: 'RESYNC',
      reason: 'AHEAD_OF_LOG',
    });
    expect(await resync(environment, { ...own, position: 0 })).toEqual({ kind: 'RESYNC', reason: 'OTHER_HISTORY' });
  });

  test('a cursor of another server, that this one has not read yet, is looked up before it is refused', async () => {
    const environment = await newLogEnvironment(server.database);
    // The pull that is already running looked before the commit: only one that begins later may decide.
    let look: (() => void) | null = null;
    const held = new Promise<void>((resolve) => {
      look = resolve;
    });
    let isHeld = false;
    const slow = await openLogServer(url, {
      pollIntervalMs: 600_000,
      wrap: (database) =>
        silent({
          ...database,
          feed: {
            query: (async (text: string, values?: readonly unknown[]) => {
              const result = await database.feed.query(text, values);
              if (isHeld && text.includes('FROM change_set')) await held;
              return result;
            }) as Sql['query'],
          },
        }),
    });
    const feed = await slow.feed.environment(environment);
    isHeld = true;
    const early = feed.pull();
    await delay(30);
    await writer(server, environment)([add(phoneOf(1))]);
    const [cursor] = (await cursors(server, environment)).slice(-1) as [Cursor];
    const plan = planResume(slow.database.read, feed, cursor);
    isHeld = false;
    look!();
    await early;
    expect(await plan).toEqual({ kind: 'FOLLOW', after: cursor.position });
  });
});

describe('a restored backup (R5.3)', () => {
  /** Cuts the log off after a position, as a restored backup has it, and writes on from there. */
  const restore = async (environmentId: number, position: number) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    for (const table of ['change', 'change_set'])
      await client.query(`DELETE FROM ${table} WHERE environment_id = $1 AND position > $2`, [environmentId, position]);
    await client.query(
      'UPDATE environment SET (head, head_hash, head_at) = (SELECT position, hash, at FROM change_set WHERE environment_id = $1 AND position = $2) WHERE id = $1',
      [environmentId, position],
    );
    await client.query('COMMIT');
    await client.end();
  };

  test.each([
    ['shorter than what was followed', 0],
    ['as long as what was followed', 4],
    ['longer than what was followed', 7],
  ])('%s: followers and cursors of the lost history get a resync, and the index is told', async (_, written) => {
    const environment = await newLogEnvironment(server.database);
    const other = await openLogServer(url, { wrap: silent, pollIntervalMs: 600_000 });
    const write = writer(server, environment);
    for (let n = 0; n < 4; n += 1) await write([add(phoneOf(n))]);
    const following = await follow(other, environment, null);
    await following.next();
    const [lost] = (await cursors(server, environment)).slice(-1) as [Cursor];

    await restore(environment, 3);
    const later = await openLogServer(url);
    for (let n = 0; n < written; n += 1) await writer(later, environment)([add(randomBytes(4).toString('hex'))]);

    await other.feed.poll();
    expect(await following.next()).toEqual({ kind: 'RESYNC', reason: 'OTHER_HISTORY' });
    expect(other.broken).toEqual([environment]);
    const reason = written === 0 ? 'AHEAD_OF_LOG' : 'OTHER_HISTORY';
    expect(await (await follow(other, environment, lost)).next()).toEqual({ kind: 'RESYNC', reason });
    await server.feed.poll();
  });

  test('a reason that the backup does not have is written anew (R1.8)', async () => {
    const environment = await newLogEnvironment(server.database);
    const write = writer(server, environment);
    await write([add(phoneOf(1))]);
    await write([{ ...add(phoneOf(2)), reason: 'lost with the backup' }]);
    const { database } = server;
    const { rows: heads } = await database.read.query<{ position: string }>(
      'SELECT max(position) - 1 AS position FROM change_set WHERE environment_id = $1',
      [environment],
    );
    await restore(environment, Number(heads[0]!.position));
    await database.write.query('UPDATE entry SET reason_id = NULL WHERE environment_id = $1', [environment]);
    await database.write.query('DELETE FROM text_value WHERE environment_id = $1', [environment]);
    await server.feed.poll();
    server.log.forgetInterned();

    await write([{ ...add(phoneOf(3)), reason: 'lost with the backup' }]);

    const { rows } = await database.read.query(
      'SELECT t.body FROM entry e JOIN text_value t ON t.environment_id = e.environment_id AND t.id = e.reason_id WHERE e.environment_id = $1 AND e.phone = $2',
      [environment, phoneOf(3)],
    );
    expect(rows).toEqual([{ body: 'lost with the backup' }]);
  });

  test('one who reads from the database is told before the poll finds out', async () => {
    const environment = await newLogEnvironment(server.database);
    const write = writer(server, environment);
    const start = (await cursors(server, environment)).at(-1)!;
    await write(range(1, 6_000).map((n) => add(phoneOf(n))));
    await write(range(6_001, 12_000).map((n) => add(phoneOf(n))));
    const other = await openLogServer(url, { wrap: silent, pollIntervalMs: 600_000 });
    await other.feed.environment(environment);
    const following = await follow(other, environment, start);
    expect(await following.next()).toMatchObject({ kind: 'BOOKMARK' });
    expect(await following.next()).toMatchObject({ kind: 'BATCH', cursor: { position: 1_003 } });
    await restore(environment, 3);
    await writer(await openLogServer(url), environment)(range(1, 1_500).map((n) => add(phoneOf(20_000 + n))));
    expect(await following.next()).toEqual({ kind: 'RESYNC', reason: 'OTHER_HISTORY' });
    await server.feed.poll();
  });
});
