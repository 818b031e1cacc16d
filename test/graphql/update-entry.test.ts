import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { addOne, contactSaid, logOf, update, updateDocument } from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let world: World;
let staff: Client;
let integrator: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  [staff, integrator] = await Promise.all([world.as('COMPLIANCE'), world.as('INTEGRATOR')]);
});

const problemOf = async (by: Client, code: string, input: object) =>
  (await by.expectError(code, updateDocument, { input })).data.updateEntry.userErrors[0];

test('the reason, the evidence and the reference are edited; what is left out stays, null clears (seed 002)', async () => {
  const { entry } = await addOne(staff, phoneOf(1), { reason: 'old', evidence: 'letter', externalReference: 'a-1' });
  const edited = await update(integrator, { entryId: entry.id, reason: 'new', externalReference: null });
  expect(edited).toMatchObject({ isChanged: true, entry: { id: entry.id, reason: 'new', externalReference: null } });
  const [change] = await logOf(staff, { entryId: entry.id });
  expect(change).toMatchObject({ kind: 'ENTRY_UPDATED', operation: 'updateEntry' });
  expect((await update(staff, { entryId: entry.id, evidence: 'https://example.com/x' })).entry).toMatchObject({
    reason: 'new',
    evidence: 'https://example.com/x',
  });
  expect(await update(staff, { entryId: entry.id, reason: 'new' })).toMatchObject({ isChanged: false });
  expect(await logOf(staff, { entryId: entry.id })).toHaveLength(3);
});

test('setting or shortening an expiry needs what a removal needs; lengthening or clearing it does not (R1.6)', async () => {
  const { entry } = await addOne(staff, phoneOf(11));
  const { id: entryId } = entry;
  expect(await problemOf(staff, 'REFUSED', { entryId, expiresAt: '2090-01-01T00:00:00Z' })).toMatchObject({
    path: ['input', 'entryId'],
  });
  expect(
    await problemOf(staff, 'IN_THE_PAST', { entryId, expiresAt: '2020-01-01T00:00:00Z', changeReason: 'r' }),
  ).toMatchObject({
    path: ['input', 'expiresAt'],
  });
  expect(
    (await update(staff, { entryId, expiresAt: '2090-01-01T00:00:00Z', changeReason: 'For a year' })).entry.expiresAt,
  ).toBe('2090-01-01T00:00:00.000Z');
  await problemOf(staff, 'REFUSED', { entryId, expiresAt: '2080-01-01T00:00:00Z' });
  expect((await update(staff, { entryId, expiresAt: '2095-01-01T00:00:00Z' })).isChanged).toBe(true);
  expect((await update(staff, { entryId, expiresAt: null })).entry.expiresAt).toBeNull();
});

test('another number is one change set of two changes that name each other (R1.6)', async () => {
  const { entry } = await addOne(
    staff,
    phoneOf(21),
    { reason: 'kept', evidence: 'e', requestedAt: '2026-01-02', externalReference: 'crm-1' },
    { status: 'PENDING' },
  );
  const moved = await update(staff, { entryId: entry.id, phone: '(415) 555-0022', changeReason: 'A typo' });
  expect(moved.entry).toMatchObject({
    phone: phoneOf(22),
    rawInput: '(415) 555-0022',
    status: 'PENDING',
    reason: 'kept',
    evidence: 'e',
    requestedAt: '2026-01-02T00:00:00.000Z',
    externalReference: 'crm-1',
  });
  expect(moved.entry.id).not.toBe(entry.id);
  const [second, first] = await logOf(staff);
  expect([first.kind, second.kind]).toEqual(['ENTRY_REMOVED', 'ENTRY_ADDED']);
  expect(second.changeSet.id).toBe(first.changeSet.id);
  expect(first.related).toEqual({ position: second.position, kind: 'ENTRY_ADDED', phone: phoneOf(22) });
  expect(second.related).toEqual({ position: first.position, kind: 'ENTRY_REMOVED', phone: phoneOf(21) });
  expect(await blockedContacts(staff, phoneOf(21))).toBe('');
  expect(await blockedContacts(staff, phoneOf(22))).toBe(OUT);
});

test('to a smaller number, and to one that is listed already, it works as well', async () => {
  const { entry } = await addOne(staff, phoneOf(25));
  const there = await addOne(staff, phoneOf(24), {}, { status: 'PENDING' });
  const moved = await update(staff, { entryId: entry.id, phone: phoneOf(24), changeReason: 'A typo' });
  expect(moved).toMatchObject({ isChanged: true, entry: { id: there.entry.id, status: 'APPROVED' } });
  expect(await blockedContacts(staff, phoneOf(25))).toBe('');
});

test('the number changes with a reason only, and never of what cannot be removed (R1.3, R1.4, R1.6)', async () => {
  const plain = await addOne(staff, phoneOf(31));
  expect((await problemOf(staff, 'REFUSED', { entryId: plain.entry.id, phone: phoneOf(32) })).message).toMatch(
    /needs a reason/,
  );
  const permanent = await addOne(staff, phoneOf(33), {}, { status: 'PERMANENT' });
  const [optedOut] = await contactSaid(world, {
    phone: phoneOf(35),
    listId: 2,
    source: 'SMS_KEYWORD',
    endUserOptedOut: true,
  });
  for (const entryId of [permanent.entry.id, optedOut])
    await problemOf(staff, 'REFUSED', { entryId, phone: phoneOf(36), changeReason: 'r', changeEvidence: 'e' });
  expect(await blockedContacts(staff, phoneOf(36))).toBe('');
  await expect.poll(() => blockedContacts(staff, phoneOf(35))).toBe('OUTBOUND SMS');
  for (const phone of ['12', '911', 'call me'])
    expect(
      await problemOf(staff, 'INVALID_VALUE', { entryId: plain.entry.id, phone, changeReason: 'r' }),
    ).toMatchObject({ path: ['input', 'phone'] });
  await problemOf(staff, 'REQUIRED', { entryId: plain.entry.id, phone: null, changeReason: 'r' });
});

test('of a permanent entry only the note is edited (R1.3)', async () => {
  const { entry } = await addOne(staff, phoneOf(41), { reason: 'old' }, { status: 'PERMANENT' });
  const { id: entryId } = entry;
  expect((await update(staff, { entryId, reason: 'a better note' })).entry).toMatchObject({
    reason: 'a better note',
    status: 'PERMANENT',
  });
  const admin = await world.as('ADMIN');
  for (const edit of [
    { evidence: 'e' },
    { expiresAt: '2090-01-01T00:00:00Z' },
    { externalReference: 'x' },
    { reason: 'n', evidence: 'e' },
  ]) {
    const { message } = await problemOf(admin, 'REFUSED', { entryId, ...edit, changeReason: 'r', changeEvidence: 'e' });
    expect(message).toMatch(/permanent/);
  }
});

test("a person's own opt-out gets no end by anybody on DNT (R1.4)", async () => {
  const [entryId] = await contactSaid(world, {
    phone: phoneOf(45),
    listId: 2,
    source: 'SMS_KEYWORD',
    endUserOptedOut: true,
  });
  const admin = await world.as('ADMIN');
  await problemOf(admin, 'REFUSED', {
    entryId,
    expiresAt: '2090-01-01T00:00:00Z',
    changeReason: 'r',
    changeEvidence: 'e',
  });
  expect((await update(admin, { entryId, reason: 'A note' })).isChanged).toBe(true);
});

test('who sees masked numbers, or only adds, edits nothing; the refusal names the permission (R7)', async () => {
  const { entry } = await addOne(staff, phoneOf(51));
  for (const role of ['AGENT', 'DIALER', 'AUDITOR', 'READ_ONLY'] as const) {
    const refused = await (await world.as(role)).expectError('FORBIDDEN', updateDocument, {
      input: { entryId: entry.id, reason: 'x' },
    });
    expect(refused.errors[0]?.extensions?.permission).toBe('entry:edit');
  }
});

test('what is not there is not found, and nothing to change is said so', async () => {
  const theirs = await addOne(await world.sandbox.as('COMPLIANCE'), phoneOf(61));
  for (const entryId of [theirs.entry.id, 'nonsense', ''])
    await problemOf(staff, 'NOT_FOUND', { entryId, reason: 'x' });
  const { entry } = await addOne(staff, phoneOf(62));
  await problemOf(staff, 'REQUIRED', { entryId: entry.id });
  await problemOf(staff, 'TOO_LONG', { entryId: entry.id, reason: 'r'.repeat(1_001) });
  await problemOf(staff, 'TOO_LONG', { entryId: entry.id, evidence: 'e'.repeat(10_001) });
  const answer = await staff.query(updateDocument, { input: { entryId: entry.id, expiresAt: 'soon' } });
  expect(answer.errors[0]?.message).toMatch(/DateTime/);
});
