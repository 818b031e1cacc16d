import { beforeAll, describe, expect, test } from 'vitest';
import type { EntryRow, RowOutcome, WriteCall } from '../../src/changes/write-call.ts';
import { type Asking, nextPhone, openAsking } from './asking.ts';
import { add, callOf, DNC, DNT, newLogEnvironment, on, phoneOf } from './log-world.ts';

let server: Asking['server'];
let write: Asking['write'];
let changesOf: Asking['changesOf'];

beforeAll(async () => {
  ({ server, write, changesOf } = await openAsking());
});

describe('another number (R1.6)', () => {
  const renumber = async (
    from: EntryRow,
    to: string,
    call: Partial<WriteCall> = {},
  ): Promise<readonly RowOutcome[]> => {
    const [added] = await write([from]);
    return write([on(from, added, { verb: 'REMOVE' }), { ...add(to), needs: 0 }], call);
  };

  // The new number sorts before the old one, or after it: the removal must be decided first in both.
  test.each([[-1], [1]])('removal and addition stand in one set and name each other (%i)', async (direction) => {
    const [a, b] = [nextPhone(), nextPhone()];
    const [from, to] = direction > 0 ? [a, b] : [b, a];
    const outcomes = await renumber(add(from), to, { reason: 'typo' });
    expect(outcomes).toMatchObject([
      { code: 'CHANGED', facts: '' },
      { code: 'ADDED', facts: '1h' },
    ]);
    const removed = (await changesOf(from)).at(-1)!;
    const added = (await changesOf(to)).at(-1)!;
    expect(removed).toMatchObject({ kind: 'ENTRY_REMOVED', related_position: added.position });
    expect(added).toMatchObject({ kind: 'ENTRY_ADDED', related_position: removed.position });
    expect(Math.abs(Number(added.position) - Number(removed.position))).toBe(1);
  });

  test('refused together', async () => {
    const [from, to] = [nextPhone(), nextPhone()];
    const outcomes = await renumber(add(from, { status: 'PERMANENT' }), to, { reason: 'typo' });
    expect(outcomes.map(({ code }) => code)).toEqual(['REFUSED_PERMANENT', 'SKIPPED']);
    expect(await changesOf(to)).toEqual([]);
    expect((await renumber(add(nextPhone()), to)).map(({ code }) => code)).toEqual(['REFUSED_REASON', 'SKIPPED']);
  });
});

describe('an entry that must still be the one that was read (R6.1)', () => {
  const stored = async (phone: string) => {
    const { rows } = await server.database.read.query<{ version: string; status: string; active: boolean }>(
      'SELECT xmin::text AS version, status, active FROM entry WHERE phone = $1 AND list_id = $2',
      [phone, DNC],
    );
    return rows[0]!;
  };

  test.each([['REMOVE'], ['UNAPPROVE']] as const)('%s leaves what was changed meanwhile as it is', async (verb) => {
    const row = add(nextPhone(), { status: 'PENDING' });
    const [added] = await write([row]);
    const { version } = await stored(row.phone);
    await write([on(row, added, { verb: 'APPROVE', status: 'APPROVED' })]);
    const approved = await stored(row.phone);
    const before = await changesOf(row.phone);
    const [refused] = await write([on(row, added, { verb, version })], { reason: 'x' });
    expect(refused).toMatchObject({ code: 'REFUSED_CHANGED', entryId: added!.entryId, facts: '1h' });
    expect(await stored(row.phone)).toEqual(approved);
    expect(await changesOf(row.phone)).toEqual(before);
    const [changed] = await write([on(row, added, { verb, version: approved.version })], { reason: 'x' });
    expect(changed!.code).toBe('CHANGED');
  });

  test('the rows beside it go on, except one that needs it', async () => {
    const [stale, fresh] = [add(nextPhone()), add(nextPhone())];
    const [a, b] = await write([stale, fresh]);
    const outcomes = await write(
      [
        on(stale, a, { verb: 'REMOVE', version: '0' }),
        { ...add(nextPhone()), needs: 0 },
        on(fresh, b, { verb: 'REMOVE', version: (await stored(fresh.phone)).version }),
      ],
      { reason: 'x' },
    );
    expect(outcomes.map(({ code }) => code)).toEqual(['REFUSED_CHANGED', 'SKIPPED', 'CHANGED']);
    expect(await stored(stale.phone)).toMatchObject({ active: true });
  });
});

describe('many rows', () => {
  test('one bad row never fails the others, and answers come in input order (invariant 9)', async () => {
    const rows = [3, 1, 2].map((n) => add(phoneOf(900_000 + n), { status: n === 1 ? 'PERMANENT' : 'APPROVED' }));
    const added = await write(rows);
    const unknown = {
      ...on(rows[0]!, added[0], { verb: 'REMOVE' }),
      entryId: '999999999',
      phone: phoneOf(900_009),
    } as const;
    const outcomes = await write([unknown, ...rows.map((row, n) => on(row, added[n], { verb: 'REMOVE' }))], {
      reason: 'x',
    });
    expect(outcomes.map(({ code }) => code)).toEqual(['NOT_FOUND', 'CHANGED', 'REFUSED_PERMANENT', 'CHANGED']);
    expect(outcomes.slice(1).map(({ entryId }) => entryId)).toEqual(added.map(({ entryId }) => entryId));
  });

  test('2,500 rows are three sets in one transaction (P1.4), with never a number in two of them', async () => {
    const own = await newLogEnvironment(server.database);
    const phones = Array.from({ length: 1_250 }, (_, n) => phoneOf(700_000 + n));
    const rows = phones.flatMap((phone) => [add(phone, { source: 'MANUAL' }), add(phone, { listId: DNT })]);
    const outcome = await server.log.write(callOf(own, { rows: rows.toReversed() }));
    expect(outcome.rows.every(({ code, facts }) => code === 'ADDED' && facts === '1h 2h')).toBe(true);
    const { rows: sets } = await server.database.read.query<{ rows: string; phones: string; transaction: string }>(
      `SELECT count(*) AS rows, count(DISTINCT e.phone) AS phones, s.xmin::text AS transaction
         FROM change_set s JOIN change c ON c.environment_id = s.environment_id AND c.set_position = s.position
         JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
        WHERE s.environment_id = $1 GROUP BY s.position, s.xmin::text ORDER BY s.position`,
      [own],
    );
    expect(sets.map((set) => [set.rows, set.phones])).toEqual([
      ['1000', '500'],
      ['1000', '500'],
      ['500', '250'],
    ]);
    expect(new Set(sets.map((set) => set.transaction)).size).toBe(1);
    expect(outcome.position).toBe(3 + 2_500);
  });
});
