import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Sql } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import {
  add,
  callOf,
  DNT,
  type LogServer,
  newLogEnvironment,
  on,
  openLogServer,
  phoneOf,
  writer,
} from './log-world.ts';

let url: string;
let one: LogServer;

beforeAll(async () => {
  const made = await createTestDatabase();
  onceEnded('a test database', made.drop);
  url = made.url;
  one = await openLogServer(url);
});

describe('a connection lost in the middle of a write (P1.7)', () => {
  const isWrite = (text: string) => text.includes('FROM write_entries(');
  /** A server whose first write goes through `lose`. */
  const losing = (lose: (query: () => ReturnType<Sql['query']>) => Promise<never>) => {
    let isFirst = true;
    const wrap = (database: Database): Database => ({
      ...database,
      write: {
        query: (async (text: string, values?: readonly unknown[]) => {
          const query = () => database.write.query(text, values);
          if (!isFirst || !isWrite(text)) return query();
          isFirst = false;
          return lose(query);
        }) as Sql['query'],
      },
    });
    return openLogServer(url, { wrap });
  };
  const lost = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

  /** Holds the environment's row until told, so that writes wait in the middle. */
  const holdEnvironment = async (environmentId: number) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    onceEnded('a lock', () => client.end());
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM environment WHERE id = $1 FOR NO KEY UPDATE', [environmentId]);
    const waiting = async (): Promise<number> => {
      // Not through the client: inside its transaction the view would stand still.
      const { rows } = await one.database.read.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%write_entries(%'`,
      );
      if (rows[0]) return rows[0].pid;
      await delay(10);
      return waiting();
    };
    return {
      waiting,
      query: (text: string, values: unknown[]) => client.query(text, values),
      release: () => client.end(),
    };
  };

  test('killed by pg_terminate_backend before its commit: done once, answered as done', async () => {
    const environment = await newLogEnvironment(one.database);
    const lock = await holdEnvironment(environment);
    const writing = writer(one, environment)([add(phoneOf(1)), add(phoneOf(2))]);
    await lock.query('SELECT pg_terminate_backend($1)', [await lock.waiting()]);
    await lock.release();
    expect((await writing).map(({ code, facts }) => [code, facts])).toEqual([
      ['ADDED', '1h'],
      ['ADDED', '1h'],
    ]);
    expect((await one.feed.readHead(environment)).position).toBe(5);
  });

  test('committed, but the answer is lost: found in the log, and nothing is done twice', async () => {
    const environment = await newLogEnvironment(one.database);
    const write = writer(one, environment);
    const [listed, removed, refused] = [add(phoneOf(1)), add(phoneOf(2)), add(phoneOf(3), { status: 'PERMANENT' })];
    const added = await write([listed, removed, refused]);
    const server = await losing(async (query) => {
      await query();
      // Somebody lists the number again before the outcome is looked up: that must stand.
      await write([removed]);
      throw lost();
    });
    const outcomes = await writer(server, environment)(
      [
        on(removed, added[1], { verb: 'REMOVE' }),
        { ...add(phoneOf(4)), needs: 0 },
        on(refused, added[2], { verb: 'REMOVE' }),
        listed,
      ],
      { reason: 'x' },
    );
    expect(outcomes.map(({ code }) => code)).toEqual(['CHANGED', 'ADDED', 'REFUSED_PERMANENT', 'ALREADY_LISTED']);
    const { rows } = await one.database.read.query(
      'SELECT active FROM entry WHERE environment_id = $1 AND phone = $2',
      [environment, removed.phone],
    );
    expect(rows).toEqual([{ active: true }]);
    expect((await one.feed.readHead(environment)).position).toBe(3 + 3 + 2 + 1);
  });

  test('the connection is lost but the statement runs on, and the retry meets it: answered as done, done once', async () => {
    const environment = await newLogEnvironment(one.database);
    const lock = await holdEnvironment(environment);
    const server = await losing(async (query) => {
      query().catch(() => {});
      await lock.waiting();
      setTimeout(() => void lock.release(), 100);
      throw lost();
    });
    const outcomes = await writer(server, environment)([add(phoneOf(1)), add(phoneOf(2), { listId: DNT })]);
    expect(outcomes.map(({ code, facts }) => [code, facts])).toEqual([
      ['ADDED', '1h'],
      ['ADDED', '2h'],
    ]);
    expect((await one.feed.readHead(environment)).position).toBe(5);
  });

  test('with an idempotency key the lost answer is replayed', async () => {
    const environment = await newLogEnvironment(one.database);
    const server = await losing(async (query) => {
      await query();
      throw lost();
    });
    const rows = [add(phoneOf(2)), add(phoneOf(1))];
    const outcome = await server.log.write(
      callOf(environment, { rows, idempotency: { key: 'k', requestHash: Buffer.alloc(32) } }),
    );
    expect(outcome.rows.map(({ code }) => code)).toEqual(['ADDED', 'ADDED']);
    expect((await one.feed.readHead(environment)).position).toBe(5);
  });
});
