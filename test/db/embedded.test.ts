import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { quiet } from './support.ts';

describe('PGlite behind node-postgres', () => {
  let database: Database;

  beforeAll(async () => {
    database = await openDatabase({ dataDir: 'memory://', readTimeoutMs: 5_000, log: quiet });
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.write.query('DROP TABLE IF EXISTS toy; CREATE TABLE toy (id int PRIMARY KEY, name text)');
  });

  test('writes, reads and counts rows', async () => {
    const inserted = await database.write.query("INSERT INTO toy VALUES ($1, $2), (2, 'b')", [1, 'a']);
    expect(inserted.rowCount).toBe(2);
    await database.write.query('UPDATE toy SET name = $1 WHERE id = 2', ['c']);
    await database.write.query('DELETE FROM toy WHERE id = 1');
    expect((await database.read.query('SELECT * FROM toy')).rows).toEqual([{ id: 2, name: 'c' }]);
  });

  test('gives types as PostgreSQL does', async () => {
    const { rows } = await database.read.query(
      `SELECT 9007199254740993::int8 AS big, timestamptz '2026-01-02 03:04:05.678Z' AS at, null AS nothing,
              '{"a":1}'::jsonb AS json, '\\x0001ff'::bytea AS bytes`,
    );
    expect(rows).toEqual([
      {
        big: '9007199254740993',
        at: new Date('2026-01-02T03:04:05.678Z'),
        nothing: null,
        json: { a: 1 },
        bytes: Buffer.from([0, 1, 255]),
      },
    ]);
  });

  test('takes arrays through unnest', async () => {
    const { rows } = await database.write.query<{ id: number }>(
      'INSERT INTO toy SELECT * FROM unnest($1::int[], $2::text[]) RETURNING id',
      [
        [1, 2, 3],
        ['a', null, 'c, "quoted" {}'],
      ],
    );
    expect(rows.map((row) => row.id)).toEqual([1, 2, 3]);
    expect((await database.read.query('SELECT name FROM toy ORDER BY id')).rows).toEqual([
      { name: 'a' },
      { name: null },
      { name: 'c, "quoted" {}' },
    ]);
  });

  test('reports SQLSTATE, and goes on', async () => {
    await database.write.query("INSERT INTO toy VALUES (1, 'a')");
    await expect(database.write.query('INSERT INTO toy VALUES ($1)', [1])).rejects.toMatchObject({
      code: '23505',
      constraint: 'toy_pkey',
    });
    await expect(database.write.query('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(database.write.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    expect((await database.read.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('commits a transaction, or none of it', async () => {
    const result = await database.transaction(async (sql) => {
      await sql.query("INSERT INTO toy VALUES (1, 'a')");
      return 'done';
    });
    expect(result).toBe('done');
    await expect(
      database.transaction(async (sql) => {
        await sql.query("INSERT INTO toy VALUES (2, 'b')");
        await sql.query("INSERT INTO toy VALUES (1, 'again')");
      }),
    ).rejects.toMatchObject({ code: '23505' });
    expect((await database.read.query('SELECT id FROM toy')).rows).toEqual([{ id: 1 }]);
  });

  test('goes on in a transaction after an error behind a savepoint', async () => {
    await database.transaction(async (sql) => {
      await sql.query("INSERT INTO toy VALUES (1, 'a')");
      await sql.query('SAVEPOINT before');
      await expect(sql.query("INSERT INTO toy VALUES (1, 'b')")).rejects.toMatchObject({ code: '23505' });
      await sql.query('ROLLBACK TO SAVEPOINT before');
    });
    expect((await database.read.query('SELECT count(*)::int AS n FROM toy')).rows).toEqual([{ n: 1 }]);
  });

  test('keeps concurrent queries and transactions apart', async () => {
    const add = (id: number) => database.write.query('INSERT INTO toy VALUES ($1, $2)', [id, `n${id}`]);
    const addTwo = (id: number) =>
      database.transaction(async (sql) => {
        await sql.query('INSERT INTO toy VALUES ($1)', [id]);
        await sql.query('INSERT INTO toy VALUES ($1)', [id + 1]);
        if (id % 4 === 0) throw new Error('no');
      });
    const ids = Array.from({ length: 50 }, (_, index) => index * 2 + 1000);
    const results = await Promise.allSettled([...ids.map((id) => add(id - 1000)), ...ids.map(addTwo)]);
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(25);
    expect((await database.read.query('SELECT count(*)::int AS n FROM toy')).rows).toEqual([{ n: 100 }]);
  });

  test('carries 5 MB in and 5 MB out', async () => {
    const text = 'ä'.repeat(2_500_000);
    const { rows } = await database.write.query('INSERT INTO toy VALUES (1, $1) RETURNING name', [text]);
    expect(rows[0]?.name === text).toBe(true);
    const many = await database.read.query<{ s: string }>(
      "SELECT repeat('x', 100) || n AS s FROM generate_series(1, 50000) n",
    );
    expect(many.rows).toHaveLength(50_000);
    expect(many.rows.at(-1)?.s.slice(100)).toBe('50000');
  });

  test('serves Prisma, also while others query', async () => {
    const [one] = await Promise.all([
      database.prisma.$queryRaw`SELECT ${[1, 2]}::int[] AS ids, ${'x'}::text AS x`,
      database.read.query('SELECT 1'),
    ]);
    expect(one).toEqual([{ ids: [1, 2], x: 'x' }]);
    await database.prisma.$transaction([database.prisma.$queryRaw`SELECT 1`, database.prisma.$queryRaw`SELECT 2`]);
  });

  test('has the extensions of the schema', async () => {
    await database.write.query('CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gin');
    await database.write.query('CREATE INDEX ON toy USING gin (id, name gin_trgm_ops)');
    await database.write.query("INSERT INTO toy SELECT n, 'name' || n FROM generate_series(1, 1000) n");
    expect((await database.read.query("SELECT id FROM toy WHERE name LIKE '%ame77%' AND id = 777")).rows).toEqual([
      { id: 777 },
    ]);
  });

  // P3.1: PGlite blocks its thread, so that must not be the one with the sockets and the timers.
  test('leaves the main thread free while it works', async () => {
    let ticks = 0;
    let longestGap = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longestGap = Math.max(longestGap, now - last);
      last = now;
      ticks++;
    }, 5);
    const start = performance.now();
    await database.read.query('SELECT sum(sqrt(n)) FROM generate_series(1, 1500000) n');
    const took = performance.now() - start;
    clearInterval(timer);
    expect(took).toBeGreaterThan(300);
    expect(ticks).toBeGreaterThan(took / 50);
    expect(longestGap).toBeLessThan(took / 2);
  });
});
