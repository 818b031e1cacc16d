import { beforeAll, describe, expect, test } from 'vitest';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { add, callOf, type LogServer, newLogEnvironment, openLogServer, phoneOf, writer } from './log-world.ts';

let server: LogServer;
beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
});

describe('log rows are never updated or deleted, by anyone (invariant 4)', () => {
  test.each([
    'UPDATE change SET facts = facts',
    'DELETE FROM change',
    'TRUNCATE change',
    'UPDATE change_set SET operation = operation',
    'DELETE FROM change_set',
    'TRUNCATE change_set CASCADE',
  ])('%s', async (statement) => {
    await newLogEnvironment(server.database);
    await expect(server.database.write.query(statement)).rejects.toThrow('append-only');
  });
});

describe('entry, log rows, hash, position, counters and retry record commit together, or none does (invariant 2)', () => {
  test('a write whose log rows fail leaves nothing, and its neighbours in the group are written', async () => {
    const environment = await newLogEnvironment(server.database);
    await server.database.write.query(`
      CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.after LIKE '%"fail"%' THEN RAISE 'the disk is full'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER fail_once BEFORE INSERT ON change FOR EACH ROW EXECUTE FUNCTION fail_once()`);
    const before = await state(environment);
    const failing = (rows = [add(phoneOf(1)), add(phoneOf(2), { externalReference: 'fail' })]) =>
      server.log.write(callOf(environment, { rows, idempotency: { key: 'k', requestHash: Buffer.alloc(32) } }));
    await expect(failing()).rejects.toThrow('the disk is full');
    expect(await state(environment)).toEqual(before);

    // The first call keeps the queue busy, so that the next three go as one group.
    const write = writer(server, environment);
    const results = await Promise.allSettled([
      write([add(phoneOf(10))]),
      write([add(phoneOf(11))]),
      failing(),
      write([add(phoneOf(12))]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await state(environment)).toMatchObject({
      entries: '3',
      counted: '3',
      changes: '6',
      head: '6',
      retries: '0',
    });
  });
});

async function state(environmentId: number): Promise<object> {
  const { rows } = await server.database.read.query<object>(
    `SELECT head, encode(head_hash, 'hex') AS hash, head_at,
       (SELECT count(*) FROM entry WHERE environment_id = e.id) AS entries, (SELECT count(*) FROM change WHERE environment_id = e.id) AS changes,
       (SELECT count(*) FROM change_set WHERE environment_id = e.id) AS sets, (SELECT coalesce(sum(count), 0) FROM entry_count WHERE environment_id = e.id) AS counted,
       (SELECT count(*) FROM idempotency_record WHERE environment_id = e.id) AS retries
       FROM environment e WHERE id = $1`,
    [environmentId],
  );
  return rows[0]!;
}
