import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { genesisHash } from '../../src/changes/chain.ts';
import type { ChangeRecord } from '../../src/changes/change-set.ts';
import { changeStream, cursorAt } from '../../src/changes/change-stream.ts';
import { verifyLog } from '../../src/changes/verify-log.ts';
import type { EntryRow, EntrySource, WriteOutcome } from '../../src/changes/write-call.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { add, callOf, type LogServer, newLogEnvironment, on, openLogServer, phoneOf, writer } from './log-world.ts';

let one: LogServer;
let two: LogServer;

beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  one = await openLogServer(url);
  two = await openLogServer(url);
});

/** Every change of the environment from its first, as a follower of this server receives them. */
async function follow(server: LogServer, environmentId: number, until: () => number | null): Promise<ChangeRecord[]> {
  const feed = await server.feed.environment(environmentId);
  const stop = new AbortController();
  const received: ChangeRecord[] = [];
  const after = cursorAt(feed, 0, genesisHash(feed.epoch));
  for await (const message of changeStream({
    sql: server.database.read,
    feed,
    after,
    bookmarkMs: 50,
    signal: stop.signal,
  })) {
    if (message.kind === 'RESYNC') throw new Error(message.reason);
    if (message.kind === 'BATCH') for (const set of message.sets) received.push(...set.changes);
    if (message.cursor.position === until()) return received;
  }
  throw new Error('the stream ended');
}

describe('8 writers on each of 2 servers, on the same numbers (invariants 1, 3, 5; P1.1, P1.5)', () => {
  test('positions are contiguous and in the order of time, the chain fits, and a follower sees each change once', async () => {
    const environment = await newLogEnvironment(one.database);
    let end: number | null = null;
    const following = [one, two].map((server) => follow(server, environment, () => end));
    const sources: EntrySource[] = ['API', 'MANUAL', 'IVR'];
    const writeLoop = async (server: LogServer) => {
      const write = writer(server, environment);
      for (let n = 0; n < 12; n += 1) {
        const size = [1, 2, 7, 40][randomInt(4)]!;
        const rows = new Map<string, EntryRow>();
        for (let r = 0; r < size; r += 1) {
          const row = add(phoneOf(randomInt(60)), {
            listId: 1 + randomInt(3),
            source: sources[randomInt(3)]!,
            status: 'PENDING',
          });
          rows.set(`${row.phone} ${row.listId} ${row.source}`, row);
        }
        const added = [...rows.values()];
        const outcomes = await write(added);
        // Numbers change hands in both directions, which is what makes lock orders meet.
        const verbs = added.map((row, r) =>
          on(row, outcomes[r], { verb: r % 2 ? 'REMOVE' : 'APPROVE', status: 'APPROVED' }),
        );
        await write(verbs, { reason: 'x', evidence: 'y' });
        const to = add(phoneOf(randomInt(60)), { listId: 1, source: 'API' });
        if (to.phone !== added[0]!.phone)
          await write([on(added[0]!, outcomes[0], { verb: 'REMOVE' }), { ...to, needs: 0 }], {
            reason: 'x',
            evidence: 'y',
          });
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, n) => writeLoop(n % 2 ? one : two)));

    const head = (await one.feed.readHead(environment)).position;
    end = head;
    const { rows } = await one.database.read.query<{ position: string; at: Date }>(
      `SELECT c.position, s.at FROM change c JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position
        WHERE c.environment_id = $1 ORDER BY c.position`,
      [environment],
    );
    expect(rows.map(({ position }) => Number(position))).toEqual(Array.from({ length: head }, (_, n) => n + 1));
    expect(rows.every(({ at }, n) => n === 0 || at >= rows[n - 1]!.at)).toBe(true);
    expect(await verifyLog(one.database.read, environment)).toMatchObject({ verifiedThrough: head, problem: null });
    for (const received of await Promise.all(following))
      expect(received.map(({ position }) => position)).toEqual(Array.from({ length: head }, (_, n) => n + 1));
    expect(await miscounted(environment)).toEqual([]);
    expect(await wrongFacts(environment)).toEqual([]);
  });
});

/** Counters that aren't the real counts (P3.3). */
async function miscounted(environmentId: number): Promise<unknown[]> {
  const { rows } = await one.database.read.query(
    `SELECT * FROM (SELECT list_id, status, source, count(*) AS count FROM entry WHERE environment_id = $1 AND active GROUP BY 1, 2, 3) e
       FULL JOIN (SELECT * FROM entry_count WHERE environment_id = $1 AND count <> 0) k USING (list_id, status, source)
      WHERE e.count IS DISTINCT FROM k.count`,
    [environmentId],
  );
  return rows;
}

/** Numbers whose last facts in the log aren't their entries' (P2.1). */
async function wrongFacts(environmentId: number): Promise<unknown[]> {
  const { rows } = await one.database.read.query(
    `SELECT * FROM (SELECT DISTINCT ON (e.phone) e.phone, c.facts FROM change c JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
                     WHERE c.environment_id = $1 ORDER BY e.phone, c.position DESC) l
       LEFT JOIN LATERAL (SELECT coalesce(string_agg(list_id || class, ' ' ORDER BY list_id), '') AS real FROM (
         SELECT list_id, min(entry_class(e)) AS class FROM entry e WHERE environment_id = $1 AND e.phone = l.phone AND active GROUP BY list_id) x) t ON true
      WHERE l.facts <> t.real`,
    [environmentId],
  );
  return rows;
}

describe('the same idempotency key (P1.8)', () => {
  test('50 times at once on both servers: one effect, and one answer', async () => {
    const environment = await newLogEnvironment(one.database);
    const idempotency = { key: 'retry-1', requestHash: Buffer.alloc(32, 1) };
    const rows = [9, 3, 5].map((n) => add(phoneOf(n)));
    const call = callOf(environment, { rows, idempotency });
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? one : two).log.write(call)));
    const read = ({ rows: answered, replayed, position }: WriteOutcome) => ({
      rows: (replayed?.inputMap ?? rows.map((_, n) => n)).map((place) => answered[place]!),
      position,
    });
    const answers = outcomes.map(read);
    expect(answers[0]!.rows.map(({ code }) => code)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    const byPhone = await one.database.read.query<{ id: string; phone: string }>(
      'SELECT id, phone FROM entry WHERE environment_id = $1',
      [environment],
    );
    const idOf = new Map(byPhone.rows.map(({ id, phone }) => [phone, id]));
    expect(answers[0]!.rows.map(({ entryId }) => entryId)).toEqual(rows.map(({ phone }) => idOf.get(phone)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(outcomes.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    expect((await one.feed.readHead(environment)).position).toBe(6);
    expect(read((await two.log.replay(call))!)).toEqual(answers[0]);
  });

  test('with other input it is an error; of another operation or actor it is another key', async () => {
    const environment = await newLogEnvironment(one.database);
    const first = callOf(environment, {
      rows: [add(phoneOf(1))],
      idempotency: { key: 'k', requestHash: Buffer.alloc(32, 1) },
    });
    const other = callOf(environment, {
      rows: [add(phoneOf(2))],
      idempotency: { key: 'k', requestHash: Buffer.alloc(32, 2) },
    });
    await one.log.write(first);
    await expect(two.log.write(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    await expect(two.log.replay(other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect((await two.log.write({ ...other, operation: 'other' })).rows[0]!.code).toBe('ADDED');
    expect((await two.log.write({ ...other, actor: { ...other.actor, subject: 'key:2' } })).rows[0]!.code).toBe(
      'ALREADY_LISTED',
    );
  });
});

test('group commit: 400 callers at once share few transactions, each with a set and an answer of its own (P1.3)', async () => {
  const environment = await newLogEnvironment(one.database);
  const write = writer(one, environment);
  const outcomes = await Promise.all(Array.from({ length: 400 }, (_, n) => write([add(phoneOf(n))])));
  expect(outcomes.every(([outcome]) => outcome!.code === 'ADDED')).toBe(true);
  const { rows } = await one.database.read.query<{ sets: string; transactions: string }>(
    'SELECT count(*) AS sets, count(DISTINCT xmin::text) AS transactions FROM change_set WHERE environment_id = $1 AND position > 3',
    [environment],
  );
  expect(Number(rows[0]!.sets)).toBe(400);
  expect(Number(rows[0]!.transactions)).toBeLessThanOrEqual(5);
});
