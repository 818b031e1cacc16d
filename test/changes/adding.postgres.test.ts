import { beforeAll, describe, expect, test } from 'vitest';
import type { EntryRow, RowCode } from '../../src/changes/write-call.ts';
import { type Asking, documented, inDays, nextPhone, openAsking } from './asking.ts';
import { add, DNC, DNT, on } from './log-world.ts';

let server: Asking['server'];
let write: Asking['write'];
let changesOf: Asking['changesOf'];

beforeAll(async () => {
  ({ server, write, changesOf } = await openAsking());
});

describe('adding (R1.1, R1.2)', () => {
  test('a new number is ADDED, the same again ALREADY_LISTED without a change', async () => {
    const row = add(nextPhone());
    const [first] = await write([row]);
    const [again] = await write([row]);
    expect(first).toMatchObject({ code: 'ADDED', facts: '1h' });
    expect(again).toEqual({ code: 'ALREADY_LISTED', entryId: first!.entryId, facts: '1h' });
    expect(await changesOf(row.phone)).toMatchObject([{ kind: 'ENTRY_ADDED', facts: '1h' }]);
  });

  test.each<[string, Partial<EntryRow>, Partial<EntryRow>, RowCode, object]>([
    ['APPROVED over PENDING', { status: 'PENDING' }, { status: 'APPROVED' }, 'RAISED', { status: 'APPROVED' }],
    ['PERMANENT over APPROVED', {}, { status: 'PERMANENT' }, 'RAISED', { status: 'PERMANENT' }],
    [
      'PENDING never over PERMANENT',
      { status: 'PERMANENT' },
      { status: 'PENDING' },
      'ALREADY_LISTED',
      { status: 'PERMANENT' },
    ],
    [
      'a later expiry',
      { expiresAt: inDays(1) },
      { expiresAt: new Date('2099-01-01') },
      'RAISED',
      { expires_at: new Date('2099-01-01') },
    ],
    [
      'never an earlier expiry',
      { expiresAt: new Date('2099-01-01') },
      { expiresAt: inDays(1) },
      'ALREADY_LISTED',
      { expires_at: new Date('2099-01-01') },
    ],
    ['no expiry over any', { expiresAt: inDays(1) }, {}, 'RAISED', { expires_at: null }],
    [
      'PERMANENT ends an expiry',
      { expiresAt: inDays(1) },
      { expiresAt: inDays(1), status: 'PERMANENT' },
      'RAISED',
      { expires_at: null, status: 'PERMANENT' },
    ],
    [
      'the earlier date of the request',
      { requestedAt: new Date('2025-05-05') },
      { requestedAt: new Date('2024-04-04') },
      'RAISED',
      { requested_at: new Date('2024-04-04') },
    ],
    [
      'never the later date',
      { requestedAt: new Date('2024-04-04') },
      { requestedAt: new Date('2025-05-05') },
      'ALREADY_LISTED',
      { requested_at: new Date('2024-04-04') },
    ],
  ])('the stricter wins: %s', async (_, first, second, code, stored) => {
    const phone = nextPhone();
    await write([add(phone, first)]);
    const [outcome] = await write([add(phone, second)]);
    expect(outcome!.code).toBe(code);
    const { rows } = await server.database.read.query(
      'SELECT status, expires_at, requested_at FROM entry WHERE id = $1',
      [outcome!.entryId],
    );
    expect(rows[0]).toMatchObject(stored);
  });

  test('what was removed is ADDED again as asked now, and blocks again', async () => {
    const row = add(nextPhone(), { status: 'PERMANENT', source: 'MANUAL' });
    const other = add(row.phone, { status: 'APPROVED', source: 'API', expiresAt: inDays(1) });
    const [permanent, removable] = await write([row, other]);
    expect(permanent!.entryId).not.toBe(removable!.entryId);
    await write([on(other, removable, { verb: 'REMOVE' })], documented);
    const [again] = await write([add(row.phone, { status: 'PENDING' })]);
    expect(again).toMatchObject({ code: 'ADDED', entryId: removable!.entryId });
    expect((await changesOf(row.phone)).at(-1)).toMatchObject({ kind: 'ENTRY_ADDED', before: null });
  });

  test('what excludes each other is settled on the blocking side and fails nobody (R1.3, R1.4)', async () => {
    const [bad, good] = [nextPhone(), nextPhone()];
    const outcomes = await write([
      add(bad, {
        listId: DNT,
        source: 'SMS_KEYWORD',
        endUserOptedOut: true,
        status: 'PERMANENT',
        expiresAt: inDays(1),
      }),
      add(bad, { status: 'PERMANENT', expiresAt: inDays(1) }),
      add(good),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    const { rows } = await server.database.read.query(
      'SELECT list_id, status, expires_at FROM entry WHERE phone = $1 ORDER BY list_id',
      [bad],
    );
    expect(rows).toEqual([
      { list_id: DNC, status: 'PERMANENT', expires_at: null },
      { list_id: DNT, status: 'APPROVED', expires_at: null },
    ]);
  });
});
