import { beforeAll, describe, expect, test } from 'vitest';
import type { EntryRow, EntrySource, RowCode, WriteCall } from '../../src/changes/write-call.ts';
import { type Asking, documented, inDays, nextPhone, openAsking } from './asking.ts';
import { add, DNC, DNT, newLogEnvironment, on, writer } from './log-world.ts';

const cleared = 0;
let server: Asking['server'];
let write: Asking['write'];
let ask: Asking['ask'];
let changesOf: Asking['changesOf'];

beforeAll(async () => {
  ({ server, write, ask, changesOf } = await openAsking());
});

describe('PERMANENT (R1.3)', () => {
  const permanent = () => add(nextPhone(), { status: 'PERMANENT' });

  test.each<[string, Partial<EntryRow> & Pick<EntryRow, 'verb'>, RowCode]>([
    ['removal', { verb: 'REMOVE' }, 'REFUSED_PERMANENT'],
    ['unapproval', { verb: 'UNAPPROVE' }, 'REFUSED_PERMANENT'],
    ['an expiry', { verb: 'EDIT', edits: 4, expiresAt: inDays(9) }, 'REFUSED_PERMANENT'],
    ['another date', { verb: 'EDIT', edits: 8, requestedAt: new Date('2024-01-01') }, 'REFUSED_PERMANENT'],
    ['evidence', { verb: 'EDIT', edits: 2, evidence: 'x' }, 'REFUSED_PERMANENT'],
    ['a reference', { verb: 'EDIT', edits: 16, externalReference: 'x' }, 'REFUSED_PERMANENT'],
    ['a note with an expiry', { verb: 'EDIT', edits: 5, reason: 'x', expiresAt: inDays(9) }, 'REFUSED_PERMANENT'],
    ['a note', { verb: 'EDIT', edits: 1, reason: 'seen by legal' }, 'CHANGED'],
    ['approval', { verb: 'APPROVE', status: 'APPROVED' }, 'UNCHANGED'],
    ['expiry by the sweep', { verb: 'EXPIRE' }, 'UNCHANGED'],
  ])('%s', async (_, verb, code) => {
    for (const authority of ['STAFF', 'COMPLIANCE', 'CONTACT', 'SYSTEM'] as const)
      expect(await ask(permanent(), verb, { authority, ...documented })).toBe(code);
  });
});

describe("a person's own opt-out (R1.4, invariant 7)", () => {
  const optOut = (listId: number) => add(nextPhone(), { listId, source: 'SMS_KEYWORD', endUserOptedOut: true });

  test.each<[number, WriteCall['authority'], Partial<WriteCall>, RowCode]>([
    [DNT, 'STAFF', documented, 'REFUSED_OPTED_OUT'],
    [DNT, 'COMPLIANCE', documented, 'REFUSED_OPTED_OUT'],
    [DNT, 'SYSTEM', documented, 'REFUSED_OPTED_OUT'],
    [DNT, 'CONTACT', {}, 'CHANGED'],
    [DNC, 'STAFF', documented, 'REFUSED_OPTED_OUT'],
    [DNC, 'COMPLIANCE', {}, 'REFUSED_REASON'],
    [DNC, 'COMPLIANCE', { reason: 'x' }, 'REFUSED_EVIDENCE'],
    [DNC, 'COMPLIANCE', documented, 'CHANGED'],
    [DNC, 'CONTACT', {}, 'CHANGED'],
  ])('removal from list %i by %s with %o: %s', async (listId, authority, call, code) => {
    expect(await ask(optOut(listId), { verb: 'REMOVE' }, { authority, ...call })).toBe(code);
    // R1.6: an expiry would lift it as well.
    if (authority !== 'CONTACT')
      expect(await ask(optOut(listId), { verb: 'EDIT', edits: 4, expiresAt: inDays(1) }, { authority, ...call })).toBe(
        code,
      );
  });

  test('START lifts nothing else (R4.3)', async () => {
    expect(await ask(add(nextPhone()), { verb: 'REMOVE' }, { authority: 'CONTACT' })).toBe('REFUSED_NOT_OPTED_OUT');
  });

  test("it can't be made permanent, by approval or by adding again; a separate staff entry can", async () => {
    const row = optOut(DNT);
    expect(await ask(row, { verb: 'APPROVE', status: 'PERMANENT' }, { authority: 'COMPLIANCE' })).toBe(
      'REFUSED_OPTED_OUT',
    );
    await write([{ ...row, status: 'PERMANENT' }]);
    const outcomes = await write([add(row.phone, { listId: DNT, status: 'PERMANENT' })]);
    expect(outcomes[0]).toMatchObject({ code: 'ADDED', facts: '2h' });
    const { rows } = await server.database.read.query(
      'SELECT source, status FROM entry WHERE phone = $1 ORDER BY source',
      [row.phone],
    );
    expect(rows).toEqual([
      { source: 'API', status: 'PERMANENT' },
      { source: 'SMS_KEYWORD', status: 'APPROVED' },
    ]);
  });

  test('a sentence of the contact is one as soon as it is approved, and never permanent', async () => {
    const row = add(nextPhone(), { listId: DNT, source: 'SMS_PHRASE', status: 'PENDING', expiresAt: inDays(3) });
    const [added] = await write([row]);
    expect((await write([on(row, added, { verb: 'APPROVE', status: 'PERMANENT' })]))[0]!.code).toBe(
      'REFUSED_OPTED_OUT',
    );
    expect((await write([on(row, added, { verb: 'APPROVE', status: 'APPROVED' })]))[0]!.code).toBe('CHANGED');
    const { rows } = await server.database.read.query(
      'SELECT end_user_opted_out, expires_at FROM entry WHERE id = $1',
      [added!.entryId],
    );
    expect(rows[0]).toEqual({ end_user_opted_out: true, expires_at: null });
    expect(
      (await write([on(row, added, { verb: 'REMOVE' })], { authority: 'COMPLIANCE', ...documented }))[0]!.code,
    ).toBe('REFUSED_OPTED_OUT');
  });

  test('before its approval a reviewer rejects it with a reason (R1.5)', async () => {
    const row = () => add(nextPhone(), { listId: DNT, source: 'SMS_PHRASE', status: 'PENDING' });
    expect(await ask(row(), { verb: 'REMOVE' })).toBe('REFUSED_REASON');
    expect(await ask(row(), { verb: 'REMOVE' }, { reason: 'no opt-out' })).toBe('CHANGED');
  });
});

describe('removing and expiry (R1.4, R1.6)', () => {
  test.each<[EntrySource, boolean]>([
    ['MANUAL', false],
    ['API', false],
    ['IMPORT', false],
    ['CALL_ACTION', true],
    ['DISPOSITION', true],
    ['IVR', true],
    ['TRANSCRIPT', true],
  ])('%s needs a reason; evidence: %s', async (source, needsEvidence) => {
    const row = () => add(nextPhone(), { source });
    expect(await ask(row(), { verb: 'REMOVE' })).toBe('REFUSED_REASON');
    expect(await ask(row(), { verb: 'REMOVE' }, { evidence: 'x' })).toBe('REFUSED_REASON');
    expect(await ask(row(), { verb: 'REMOVE' }, { reason: 'x' })).toBe(needsEvidence ? 'REFUSED_EVIDENCE' : 'CHANGED');
    expect(await ask(row(), { verb: 'REMOVE' }, documented)).toBe('CHANGED');
  });

  test('setting or shortening an expiry needs what a removal needs; lengthening and clearing need nothing', async () => {
    const row = (expiresAt?: Date) => add(nextPhone(), { expiresAt: expiresAt ?? null });
    const to = (days: number) =>
      ({ verb: 'EDIT', edits: 4, expiresAt: days === cleared ? null : inDays(days) }) as const;
    expect(await ask(row(), to(5))).toBe('REFUSED_REASON');
    expect(await ask(row(inDays(9)), to(5))).toBe('REFUSED_REASON');
    expect(await ask(row(inDays(9)), to(5), { reason: 'x' })).toBe('CHANGED');
    expect(await ask(row(inDays(9)), to(12))).toBe('CHANGED');
    expect(await ask(row(inDays(9)), to(cleared))).toBe('CHANGED');
    expect(await ask(add(nextPhone(), { source: 'IVR' }), to(5), { reason: 'x' })).toBe('REFUSED_EVIDENCE');
  });

  test("the sweep lifts only what is due by the database's clock (P1.10)", async () => {
    const later = add(nextPhone(), { expiresAt: inDays(1) });
    expect(await ask(later, { verb: 'EXPIRE' }, { authority: 'SYSTEM' })).toBe('UNCHANGED');
    const due = add(nextPhone(), { expiresAt: inDays(-1) });
    expect(await ask(due, { verb: 'EXPIRE' }, { authority: 'SYSTEM' })).toBe('CHANGED');
    expect((await changesOf(due.phone)).at(-1)).toMatchObject({ kind: 'ENTRY_EXPIRED', facts: '' });
  });
});

describe('review (R1.5)', () => {
  test('unapproving needs a reason only where PENDING would not block', async () => {
    const own = await newLogEnvironment(server.database);
    const inOwn = writer(server, own);
    const unapprove = async (source: EntrySource, call: Partial<WriteCall> = {}) => {
      const row = add(nextPhone(), { source });
      const [added] = await inOwn([row]);
      return (await inOwn([on(row, added, { verb: 'UNAPPROVE' })], call))[0];
    };
    expect(await unapprove('API')).toMatchObject({ code: 'CHANGED', facts: '1s' });
    await server.database.write.query(`UPDATE environment SET settings = '{"enforcePending": false}' WHERE id = $1`, [
      own,
    ]);
    expect(await unapprove('API')).toMatchObject({ code: 'REFUSED_REASON', facts: '1h' });
    expect(await unapprove('API', { reason: 'x' })).toMatchObject({ code: 'CHANGED', facts: '1s' });
    expect(await unapprove('IVR')).toMatchObject({ code: 'CHANGED', facts: '1h' });
  });
});
