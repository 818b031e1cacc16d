import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { databaseRows } from '../start/database-rows.ts';
import type { Quietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  addTo,
  CREATE_LIST,
  check,
  createList,
  INBOUND_CALL,
  lists,
  NIGHT,
  OUTBOUND_CALL,
  OUTBOUND_SMS,
  refusal,
  refusedAdd,
  start,
  UPDATE_LIST,
  updateList,
} from './list-story.ts';

const PHONE = '+14155550100';

let server: Quietline;
beforeAll(async () => {
  server = await start();
});

test('a list of your own is there for everybody, blocks what it says, and nothing else (R3.1)', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const { list, cursor, notice } = await createList(staff, { description: ' After nine ' });
  expect(list).toEqual({
    id: expect.any(String),
    ...NIGHT,
    description: 'After nine',
    campaigns: [],
    isBuiltIn: false,
    isEnabled: true,
    entryCount: 0,
  });
  expect([cursor, notice]).toEqual([expect.any(String), null]);
  expect((await lists(await world.as('READ_ONLY'))).map(({ key }) => key)).toEqual(['DNC', 'DNT', 'SPAM', 'NIGHT']);

  const dialer = await world.as('DIALER');
  expect(await addTo(dialer, 'NIGHT', PHONE)).toMatchObject({ outcome: 'ADDED', entry: { list: { key: 'NIGHT' } } });
  expect(await check(dialer, PHONE)).toBe('NIGHT');
  expect(await check(dialer, PHONE, OUTBOUND_SMS)).toBe('ALLOW');
  expect(await check(dialer, PHONE, INBOUND_CALL)).toBe('ALLOW');

  // What it blocks follows at once, without a touch of its numbers (P2.1).
  expect(await updateList(staff, { blocks: [OUTBOUND_CALL, OUTBOUND_SMS], name: 'Nights' })).toMatchObject({
    isChanged: true,
    list: { name: 'Nights', description: 'After nine', blocks: [OUTBOUND_CALL, OUTBOUND_SMS], entryCount: 1 },
  });
  expect(await check(dialer, PHONE, OUTBOUND_SMS)).toBe('NIGHT');
  await addTo(dialer, 'DNC', PHONE);
  expect(await check(dialer, PHONE)).toBe('DNC NIGHT');
});

test('an archived list counts no more and takes nobody in, until it is taken into use again', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createList(staff);
  const first = { idempotencyKey: 'once' };
  await addTo(staff, 'NIGHT', PHONE, first);
  expect((await updateList(staff, { isEnabled: false })).list).toMatchObject({ isEnabled: false, entryCount: 1 });
  expect(await check(staff, PHONE)).toBe('ALLOW');
  expect(await refusedAdd(staff, 'NIGHT', '+14155550101')).toEqual({
    code: 'REFUSED',
    path: 'input.list',
    message:
      'The list NIGHT is archived, so its entries do not count: choose another list, or take this one into use again with updateList(isEnabled: true).',
  });
  // What was answered before stays answered (P1.8), and others aren't kept waiting.
  expect(await addTo(staff, 'NIGHT', PHONE, first)).toMatchObject({ outcome: 'ADDED' });
  expect(await addTo(staff, 'DNC', '+14155550102')).toMatchObject({ outcome: 'ADDED' });
  await updateList(staff, { isEnabled: true });
  expect(await check(staff, PHONE)).toBe('NIGHT');
  expect(await addTo(staff, 'NIGHT', '+14155550101')).toMatchObject({ outcome: 'ADDED' });
});

test('what waits for review on an archived list is not approved: it would block nobody (R5.5)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createList(staff);
  await addTo(staff, 'NIGHT', PHONE, { status: 'PENDING' });
  await updateList(staff, { isEnabled: false });
  const APPROVE = `mutation {
    approveEntries(input: { entries: { phones: { list: "NIGHT", numbers: ["${PHONE}"] } }, permanently: true }) {
      results { outcome refusal { code } } userErrors { code }
    }
  }`;
  const { approveEntries } = await staff.expectOk(APPROVE);
  expect(approveEntries.results).toEqual([{ outcome: 'REFUSED', refusal: { code: 'LIST_ARCHIVED' } }]);
  await updateList(staff, { isEnabled: true });
  expect((await staff.expectOk(APPROVE)).approveEntries.results).toMatchObject([{ outcome: 'CHANGED' }]);
});

test('a list that another server has just made takes numbers in, before this one has heard of it', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  expect(await check(staff, PHONE)).toBe('ALLOW');
  await databaseRows(
    (server.storage as { url: string }).url,
    `INSERT INTO list (environment_id, id, key, name, blocks) VALUES ($1, 4, 'NIGHT', 'Night', 1)`,
    [world.environmentId],
  );
  expect(await addTo(staff, 'NIGHT', PHONE)).toMatchObject({ outcome: 'ADDED' });
  expect(await check(staff, PHONE)).not.toBe('ALLOW');
});

test('one of many calls at once that goes to an archived list fails alone', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createList(staff);
  await updateList(staff, { isEnabled: false });
  const phones = Array.from({ length: 20 }, (_, n) => `+141555502${String(n).padStart(2, '0')}`);
  const refused = refusedAdd(staff, 'NIGHT', '+14155550300');
  const added = await Promise.all(phones.map((phone) => addTo(staff, 'DNC', phone)));
  expect(added.map(({ outcome }) => outcome)).toEqual(phones.map(() => 'ADDED'));
  expect((await refused).code).toBe('REFUSED');
});

test('a built-in list can not be altered by anybody (R5.5)', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const list of ['DNC', 'DNT', 'SPAM'])
    for (const change of [{ name: 'Mine' }, { blocks: [INBOUND_CALL] }, { isEnabled: false }, { campaigns: [] }])
      expect(await refusal(admin, UPDATE_LIST, { list, ...change })).toEqual({
        code: 'REFUSED',
        path: 'input.list',
        message: `${list} is built in and can't be altered: what it blocks is the law of the list. Make a list of your own with createList.`,
      });
});

test('what makes no list says why, at its input', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  for (const [input, expected] of [
    [{ key: 'night' }, 'INVALID_VALUE input.key'],
    [{ key: 'A' }, 'INVALID_VALUE input.key'],
    [{ key: 'A'.repeat(41) }, 'INVALID_VALUE input.key'],
    [{ key: 'N_14155550100' }, 'INVALID_VALUE input.key'],
    [{ key: 'DNC' }, 'ALREADY_EXISTS input.key'],
    [{ name: ' ' }, 'REQUIRED input.name'],
    [{ description: 'd'.repeat(501) }, 'TOO_LONG input.description'],
    [{ blocks: [] }, 'REQUIRED input.blocks'],
    [{ campaigns: ['there is none'] }, 'NOT_FOUND input.campaigns.0'],
    [{ campaigns: Array.from({ length: 1_001 }, () => 'spring') }, 'TOO_MANY input.campaigns'],
  ] as const) {
    const { code, path, message } = await refusal(staff, CREATE_LIST, { ...NIGHT, ...input });
    expect(`${code} ${path}`).toBe(expected);
    expect(message).not.toContain('5550100');
  }
  expect(await lists(staff)).toHaveLength(3);
});

test('an environment takes 100 lists of its own', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await databaseRows(
    (server.storage as { url: string }).url,
    `INSERT INTO list (environment_id, id, key, name, blocks) SELECT $1::int, n, 'LIST_' || n, '', 1 FROM generate_series(4, 102) n`,
    [world.environmentId],
  );
  await createList(staff, { key: 'LAST' });
  expect(await refusal(staff, CREATE_LIST, NIGHT)).toMatchObject({ code: 'TOO_MANY', path: 'input.key' });
});

test('a retry makes no second list and changes nothing twice (P1.8)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const made = await createList(staff, { idempotencyKey: 'make' });
  expect(await createList(staff, { idempotencyKey: 'make' })).toEqual(made);
  await staff.expectError('IDEMPOTENCY_MISMATCH', CREATE_LIST, {
    input: { ...NIGHT, name: 'Other', idempotencyKey: 'make' },
  });
  const change = { name: 'Nights', idempotencyKey: 'change' };
  const changed = await updateList(staff, change);
  await updateList(staff, { name: 'Evenings' });
  expect(await updateList(staff, change)).toMatchObject({
    isChanged: true,
    cursor: changed.cursor,
    list: { name: 'Evenings' },
  });
  expect(await updateList(staff, { name: 'Evenings', isEnabled: null })).toMatchObject({ isChanged: false });
});

test('two that are made at once get ids of their own', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const made = await Promise.all(['AA', 'BB', 'CC'].map((key) => createList(staff, { key })));
  expect(new Set(made.map(({ list }) => list.id)).size).toBe(3);
});

test('ADMIN and COMPLIANCE may, others may not (R7)', async () => {
  const world = await newEnvironment(server);
  await createList(await world.as('ADMIN'));
  for (const role of roles.filter((role) => role !== 'ADMIN' && role !== 'COMPLIANCE')) {
    const client = await world.as(role);
    for (const [document, input] of [
      [CREATE_LIST, { ...NIGHT, key: 'OTHER' }],
      [UPDATE_LIST, { list: 'NIGHT', isEnabled: false }],
    ] as const) {
      const { errors } = await client.expectError('FORBIDDEN', document, { input });
      expect(errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'list:manage' });
    }
  }
});

test("another environment's list is not there (invariant 8)", async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const { list } = await createList(staff);
  const sandbox = await world.sandbox.as('COMPLIANCE');
  expect(await refusal(sandbox, UPDATE_LIST, { list: 'NIGHT', name: 'Mine' })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await refusedAdd(sandbox, 'NIGHT', PHONE)).toMatchObject({ code: 'NOT_FOUND' });
  expect((await sandbox.expectOk('query ($id: ID!) { node(id: $id) { id } }', { id: list.id })).node).toBeNull();
  await addTo(staff, 'NIGHT', PHONE);
  await createList(sandbox, { blocks: [OUTBOUND_SMS] });
  expect(await check(sandbox, PHONE)).toBe('ALLOW');
  expect(await check(staff, PHONE)).toBe('NIGHT');
});
