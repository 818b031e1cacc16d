import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import {
  add,
  addDocument,
  addOne,
  approve,
  approveDocument,
  inputOf,
  JWT_SECRET,
  list,
  logOf,
  personOf,
  remove,
  removeDocument,
  set,
  unapprove,
  unapproveDocument,
  update,
  updateDocument,
} from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
});

/** What an answer says of its call; an entry is shown as it is now, so only which one it is can be the same. */
const said = ({ results, ...answer }: { results: Record<string, unknown>[] }) => ({
  ...answer,
  results: results.map((row) => ({ ...row, entry: (row.entry as { id: string } | null)?.id ?? null })),
});

test('a repeated addition answers as before and does nothing, although the world has moved on (P1.8)', async () => {
  const input = {
    idempotencyKey: 'upload-1',
    entries: [
      { phone: phoneOf(3), externalReference: 'x', expiresAt: 'some day' },
      '911',
      phoneOf(1),
      phoneOf(3),
      { phone: phoneOf(2), expiresAt: '2001-01-01' },
    ],
  };
  const first = await add(staff, input);
  await remove(staff, { phones: { list: 'DNC', numbers: [phoneOf(1)] } });
  const again = await add(staff, input);
  expect(said(again)).toEqual(said(first));
  expect(again.cursor).toBe(first.cursor);
  expect(await blockedContacts(staff, phoneOf(1))).toBe('');
});

test('a repeat is the same with another default country: what was read then, holds (P1.8)', async () => {
  const own = await newEnvironment(server);
  const boss = await own.as('COMPLIANCE');
  const input = {
    idempotencyKey: 'k',
    entries: [{ phone: '415 555 0010', requestedAt: 'once' }, '030 1234567', '(415) 555-0010'],
  };
  const first = await add(boss, input);
  await set(boss, { defaultCountry: 'DE' });
  const again = await add(boss, input);
  expect(said(again)).toEqual(said(first));
  expect(first.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['ADDED', 'ADDED', 'DUPLICATE']);
  expect((await list(boss)).totalCount).toBe(2);
});

test('twenty at once do the thing once, and all get the one answer (P1.8)', async () => {
  const input = { idempotencyKey: 'race', entries: [phoneOf(21), phoneOf(20)] };
  const answers = await Promise.all(Array.from({ length: 20 }, () => add(staff, input)));
  for (const answer of answers) expect(said(answer)).toEqual(said(answers[0]));
  expect(answers[0].addedCount).toBe(2);
  const filter = { filter: { reasonContains: 'twenty' } };
  await addOne(staff, phoneOf(22), { reason: 'twenty' });
  const removals = await Promise.all(
    Array.from({ length: 20 }, () => remove(staff, filter, { idempotencyKey: 'race' })),
  );
  for (const answer of removals) expect(said(answer)).toEqual(said(removals[0]));
  expect(removals[0].changedCount).toBe(1);
  expect(
    (await logOf(staff, { operation: 'removeEntries' })).filter(
      ({ phone }: { phone: string }) => phone === phoneOf(22),
    ),
  ).toHaveLength(1);
});

test('of twenty at once that take away what they name, nineteen find the first and answer like it (P1.8)', async () => {
  const { entry } = await addOne(staff, phoneOf(25));
  const move = { entryId: entry.id, phone: phoneOf(24), changeReason: 'A typo', idempotencyKey: 'move race' };
  const moves = await Promise.all(Array.from({ length: 20 }, () => update(staff, move)));
  for (const answer of moves) expect(answer).toMatchObject({ isChanged: true, entry: { phone: phoneOf(24) } });
  const named = { filter: { numberContains: phoneOf(24), sources: ['API'] } };
  const removals = await Promise.all(
    Array.from({ length: 20 }, () => remove(staff, named, { expectedCount: 1, idempotencyKey: 'count race' })),
  );
  for (const answer of removals) expect(answer.changedCount).toBe(1);
});

test('the same key with other input is an error, and changes nothing (P1.8)', async () => {
  const { entry } = await addOne(staff, phoneOf(31));
  const other = await addOne(staff, phoneOf(32));
  const entries = { ids: [entry.id] };
  const idempotencyKey = 'one key';
  await add(staff, { idempotencyKey, entries: [phoneOf(33)] });
  await unapprove(staff, entries, { idempotencyKey });
  await approve(staff, entries, { idempotencyKey });
  await update(staff, { entryId: entry.id, reason: 'a', idempotencyKey });
  await remove(staff, entries, { idempotencyKey });
  const others = { ids: [other.entry.id] };
  for (const [document, input] of [
    [addDocument, inputOf({ entries: [phoneOf(34)] })],
    [addDocument, inputOf({ entries: [phoneOf(33)], status: 'PENDING' })],
    [unapproveDocument, { entries: others }],
    [approveDocument, { entries: others }],
    [approveDocument, { entries, permanently: true }],
    [updateDocument, { entryId: entry.id, reason: 'b' }],
    [removeDocument, { entries: others, reason: 'Asked to be called again' }],
    [removeDocument, { entries, reason: 'Another reason' }],
  ] as const) {
    const refused = await staff.expectError('IDEMPOTENCY_MISMATCH', document, { input: { ...input, idempotencyKey } });
    const [payload] = Object.values(refused.data) as [{ userErrors: { path: string[] }[] }];
    expect(payload.userErrors[0]?.path).toEqual(['input', 'idempotencyKey']);
  }
  expect(await blockedContacts(staff, phoneOf(32))).not.toBe('');
  expect(await blockedContacts(staff, phoneOf(34))).toBe('');
  for (const wrong of ['', 'x'.repeat(201)])
    await staff.expectError('INVALID_VALUE', addDocument, {
      input: inputOf({ entries: [phoneOf(34)], idempotencyKey: wrong }),
    });
});

test('the order of fields is no other input; the key of another actor or mutation is another key (P1.8)', async () => {
  const first = await add(staff, { idempotencyKey: 'k', reason: 'r', entries: [{ phone: phoneOf(41), reason: 'a' }] });
  const again = await staff.expectOk(addDocument, {
    input: { entries: [{ reason: 'a', phone: phoneOf(41) }], reason: 'r', list: 'DNC', idempotencyKey: 'k' },
  });
  expect(said(again.addEntries)).toEqual(said(first));
  const person = await personOf(world, 'COMPLIANCE');
  expect(await add(person, { idempotencyKey: 'k', entries: [phoneOf(42)] })).toMatchObject({ addedCount: 1 });
  expect(
    await add(await world.withNewKey('COMPLIANCE'), { idempotencyKey: 'k', entries: [phoneOf(43)] }),
  ).toMatchObject({ addedCount: 1 });
  expect(
    await add(await world.sandbox.as('COMPLIANCE'), { idempotencyKey: 'k', entries: [phoneOf(44)] }),
  ).toMatchObject({ addedCount: 1 });
});

test('each bulk action replays its whole answer: by ids, by phones, by filter, with what it named in vain (P1.8)', async () => {
  const { results } = await add(staff, { entries: [phoneOf(59), phoneOf(51), phoneOf(55)] });
  await add(staff, { status: 'PERMANENT', entries: [phoneOf(53)] });
  const [nine, one, five] = results.map(({ entry }: { entry: { id: string } }) => entry.id);
  const ids = { ids: [nine, 'unknown', one, nine, five] };
  const phones = { phones: { list: 'DNC', numbers: [phoneOf(59), 'nobody', phoneOf(50), phoneOf(53), phoneOf(51)] } };
  const firsts = {
    unapprove: await unapprove(staff, ids, { idempotencyKey: 'ids' }),
    approve: await approve(staff, { filter: { statuses: ['PENDING'] } }, { idempotencyKey: 'filter' }),
    remove: await remove(staff, phones, { idempotencyKey: 'phones' }),
  };
  expect(firsts.remove.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    ...['CHANGED', 'INVALID', 'NOT_FOUND', 'REFUSED', 'CHANGED'],
  ]);
  await add(staff, { entries: [phoneOf(59), phoneOf(51), phoneOf(50)] });
  const agains = {
    unapprove: await unapprove(staff, ids, { idempotencyKey: 'ids' }),
    approve: await approve(staff, { filter: { statuses: ['PENDING'] } }, { idempotencyKey: 'filter' }),
    remove: await remove(staff, phones, { idempotencyKey: 'phones' }),
  };
  expect(said(agains.unapprove)).toEqual(said(firsts.unapprove));
  expect(said(agains.remove)).toEqual(said(firsts.remove));
  const inOrder = (answer: ReturnType<typeof said>) => ({
    ...answer,
    results: answer.results.map(({ entry }) => entry).sort(),
  });
  expect(inOrder(said(agains.approve))).toEqual(inOrder(said(firsts.approve)));
  expect(await blockedContacts(staff, phoneOf(59))).not.toBe('');
});

test('a repeated edit, and a repeated change of number, answer with the same entry (P1.8, R1.6)', async () => {
  const { entry } = await addOne(staff, phoneOf(69));
  const edit = { entryId: entry.id, reason: 'edited', idempotencyKey: 'edit' };
  const move = { entryId: entry.id, phone: phoneOf(61), changeReason: 'A typo', idempotencyKey: 'move' };
  const firsts = [await update(staff, edit), await update(staff, move)];
  expect(firsts[1].entry.phone).toBe(phoneOf(61));
  await remove(staff, { ids: [firsts[1].entry.id] });
  const agains = [await update(staff, edit), await update(staff, move)];
  for (const [n, again] of agains.entries())
    expect(again).toMatchObject({ isChanged: true, cursor: firsts[n].cursor, entry: { id: firsts[n].entry.id } });
  expect(await blockedContacts(staff, phoneOf(61))).toBe('');
});

test("a repeat asks today's permissions (P1.8)", async () => {
  const before = await personOf(world, 'COMPLIANCE', 'Lou');
  const input = inputOf({ status: 'PERMANENT', entries: [phoneOf(71)], idempotencyKey: 'k' });
  await before.expectOk(addDocument, { input });
  const agent = await personOf(world, 'AGENT', 'Lou');
  expect((await agent.expectError('FORBIDDEN', addDocument, { input })).errors[0]?.extensions?.permission).toBe(
    'entry:permanent',
  );
  const { results } = await add(before, { entries: [phoneOf(72)], idempotencyKey: 'l' });
  await remove(before, { ids: [results[0].entry.id] }, { idempotencyKey: 'l' });
  const removal = { entries: { ids: [results[0].entry.id] }, reason: 'Asked to be called again', idempotencyKey: 'l' };
  await agent.expectError('FORBIDDEN', removeDocument, { input: removal });
  // What the role may still do, it may repeat; what it may not see any more is not in the answer.
  const again = await add(agent, { entries: [phoneOf(72)], idempotencyKey: 'l' });
  expect(again.results[0]).toMatchObject({ outcome: 'ADDED', entry: { createdBy: { actor: null } } });
  const auditor = await personOf(world, 'AUDITOR', 'Lou');
  await auditor.expectError('FORBIDDEN', addDocument, {
    input: inputOf({ entries: [phoneOf(72)], idempotencyKey: 'l' }),
  });
});
