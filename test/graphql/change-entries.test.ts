import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import {
  add,
  addOne,
  approve,
  approveDocument,
  JWT_SECRET,
  list,
  logOf,
  personOf,
  phonesOf,
  remove,
  removeDocument,
  unapprove,
  unapproveDocument,
} from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let world: World;
let admin: Client;
let staff: Client;
let integrator: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
  [admin, staff, integrator] = await Promise.all([world.as('ADMIN'), world.as('COMPLIANCE'), world.as('INTEGRATOR')]);
});

const outcomes = ({ results }: { results: { outcome: string }[] }) => results.map(({ outcome }) => outcome);

test('uploaded for review, approved at once, sent back to review, removed: blocked until the last (seed 004)', async () => {
  const phones = [phoneOf(1), phoneOf(2)];
  await add(staff, { status: 'PENDING', entries: phones });
  expect(phonesOf(await list(staff, { filterBy: { statuses: ['PENDING'] } })).sort()).toEqual(phones);

  const approved = await approve(staff, { phones: { list: 'DNC', numbers: phones } });
  expect(approved).toMatchObject({ changedCount: 2, unchangedCount: 0, refusedCount: 0, notFoundCount: 0, task: null });
  expect(approved.results[0]).toMatchObject({
    index: 0,
    entry: { status: 'APPROVED' },
    stillBlockedBy: [{ key: 'DNC' }],
  });
  expect((await list(staff, { filterBy: { statuses: ['PENDING'] } })).totalCount).toBe(0);
  expect(await approve(staff, { phones: { list: 'DNC', numbers: phones } })).toMatchObject({
    changedCount: 0,
    unchangedCount: 2,
  });

  expect(await unapprove(staff, { filter: { statuses: ['APPROVED'] } })).toMatchObject({ changedCount: 2 });
  expect(await blockedContacts(staff, phoneOf(1))).toBe(OUT);
  expect(await remove(staff, { filter: { statuses: ['PENDING'] } }, { expectedCount: 2 })).toMatchObject({
    changedCount: 2,
  });
  expect(await blockedContacts(staff, phoneOf(1))).toBe('');
});

test('each item of the input has its answer: changed, unknown, unreadable; a number named twice is changed once', async () => {
  await add(staff, { entries: [phoneOf(11)] });
  const answer = await remove(staff, {
    phones: { list: 'DNC', numbers: ['(415) 555-0011', phoneOf(12), 'nobody', phoneOf(11)] },
  });
  expect(outcomes(answer)).toEqual(['CHANGED', 'NOT_FOUND', 'INVALID', 'CHANGED']);
  expect(answer.results.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3]);
  expect(answer.results[2].problem.code).toBe('LETTERS');
  expect(answer).toMatchObject({ changedCount: 1, notFoundCount: 1 });
});

test('a permanent entry stays: for everybody, ADMIN too, by every way, for ever (R1.3, invariant 4)', async () => {
  const { entry } = await addOne(staff, phoneOf(21), {}, { status: 'PENDING' });
  for (const role of ['INTEGRATOR', 'AGENT'] as const)
    await (await world.as(role)).expectError('FORBIDDEN', approveDocument, { input: { entries: { ids: [entry.id] } } });
  expect(await approve(staff, { ids: [entry.id] }, { permanently: true })).toMatchObject({ changedCount: 1 });
  for (const client of [admin, staff, integrator]) {
    for (const entries of [
      { ids: [entry.id] },
      { phones: { list: 'DNC', numbers: [phoneOf(21)] } },
      { filter: { statuses: ['PERMANENT'] } },
    ]) {
      for (const act of [unapprove, remove]) {
        const answer = await act(client, entries, { reason: 'A good one' });
        expect(answer).toMatchObject({ changedCount: 0, refusedCount: 1 });
        expect(answer.results[0]).toMatchObject({
          outcome: 'REFUSED',
          refusal: { code: 'PERMANENT' },
          entry: { status: 'PERMANENT', isActive: true },
        });
      }
    }
  }
  expect(await blockedContacts(staff, phoneOf(21))).toBe(OUT);
});

test('making permanent ends an expiry; the two exclude each other (R1.3)', async () => {
  const { entry } = await addOne(staff, phoneOf(25), { expiresAt: '2099-01-01' });
  const answer = await approve(admin, { ids: [entry.id] }, { permanently: true });
  expect(answer.results[0].entry).toMatchObject({ status: 'PERMANENT', expiresAt: null });
});

test('one bad row never fails the others: what may go goes, what may not is refused by name', async () => {
  await add(staff, { status: 'PERMANENT', entries: [phoneOf(31)] });
  await add(staff, { entries: [phoneOf(30), phoneOf(32)] });
  const answer = await remove(staff, { phones: { list: 'DNC', numbers: [30, 31, 32, 33].map(phoneOf) } });
  expect(outcomes(answer)).toEqual(['CHANGED', 'REFUSED', 'CHANGED', 'NOT_FOUND']);
  expect(answer).toMatchObject({ changedCount: 2, refusedCount: 1, notFoundCount: 1 });
});

test('a removal needs a reason, and keeps it with its evidence: document the opt-back-in (seed 000, seed 001)', async () => {
  const { entry } = await addOne(staff, phoneOf(41));
  const entries = { ids: [entry.id] };
  for (const reason of ['', '   ']) await staff.expectError('REQUIRED', removeDocument, { input: { entries, reason } });
  await staff.expectError('TOO_LONG', removeDocument, { input: { entries, reason: 'r'.repeat(1_001) } });
  await staff.expectError('TOO_LONG', removeDocument, {
    input: { entries, reason: 'r', evidence: 'e'.repeat(10_001) },
  });
  await remove(staff, entries, { reason: 'Asked in person', evidence: 'https://example.com/form.pdf' });
  const [change] = await logOf(staff, { entryId: entry.id });
  expect(change).toMatchObject({ kind: 'ENTRY_REMOVED', operation: 'removeEntries' });
  expect(JSON.stringify(change)).toContain('Asked in person');
  expect(JSON.stringify(change)).toContain('https://example.com/form.pdf');
});

test('expectedCount: nothing is changed when the selection means another number of entries (R6.1)', async () => {
  const { results } = await add(staff, { reason: 'counted', entries: [phoneOf(51), phoneOf(52)] });
  const [a, b] = results.map(({ entry }: { entry: { id: string } }) => entry.id);
  const input = { entries: { filter: { reasonContains: 'counted' } }, reason: 'r', expectedCount: 3 };
  const refused = await staff.expectError('COUNT_DIFFERS', removeDocument, { input });
  expect(refused.data.removeEntries).toMatchObject({ changedCount: 0, results: null, cursor: null });
  expect(refused.data.removeEntries.userErrors[0].message).toMatch(/2 entries, not 3/);
  expect(await remove(staff, { ids: [a, b, a] }, { expectedCount: 2 })).toMatchObject({ changedCount: 2 });
});

test('a filter that would mean every entry is an error, however it is dressed (R6.1)', async () => {
  await addOne(staff, phoneOf(61));
  for (const filter of [
    {},
    { lists: [] },
    { statuses: null, createdBy: null },
    { reasonContains: ' ' },
    { numberContains: '' },
    { changeSet: '', externalReference: '' },
    { createdAt: {}, expiresAt: { from: null } },
  ])
    await staff.expectError('EMPTY_FILTER', removeDocument, { input: { entries: { filter }, reason: 'r' } });
  await staff.expectError('NOT_FOUND', removeDocument, {
    input: { entries: { filter: { lists: ['NOPE'] } }, reason: 'r' },
  });
  expect(await blockedContacts(staff, phoneOf(61))).toBe(OUT);
});

test('an empty condition beside a real one does not widen a bulk action in silence (R6.1)', async () => {
  await addOne(staff, phoneOf(61));
  for (const blank of [{ changeSet: '' }, { numberContains: ' ' }, { statuses: [] }, { createdAt: {} }])
    await staff.expectError('INVALID_VALUE', removeDocument, {
      input: { entries: { filter: { lists: ['DNC'], ...blank } }, reason: 'r' },
    });
  expect(await blockedContacts(staff, phoneOf(61))).toBe(OUT);
});

test('a selection is exactly one of ids, phones and filter; each has at least one item and at most 10,000', async () => {
  const { entry } = await addOne(staff, phoneOf(65));
  for (const entries of [{}, { ids: [entry.id], filter: { lists: ['DNC'] } }, { ids: null }]) {
    const refused = await staff.query(removeDocument, { input: { entries, reason: 'r' } });
    expect(refused.data?.removeEntries ?? null).toBeNull();
    expect(refused.errors[0]?.message).toMatch(/exactly one|must be non-null/i);
  }
  await staff.expectError('REQUIRED', removeDocument, { input: { entries: { ids: [] }, reason: 'r' } });
  await staff.expectError('REQUIRED', removeDocument, {
    input: { entries: { phones: { list: 'DNC', numbers: [] } }, reason: 'r' },
  });
  const ids = Array.from({ length: 10_001 }, () => entry.id);
  await staff.expectError('TOO_MANY', removeDocument, { input: { entries: { ids }, reason: 'r' } });
  const unknown = await staff.expectError('NOT_FOUND', removeDocument, {
    input: { entries: { phones: { list: 'dnc', numbers: ['1'] } }, reason: 'r' },
  });
  expect(unknown.data.removeEntries.userErrors).toMatchObject([
    {
      message: 'There is no list with the key "dnc"; there are DNC, DNT, SPAM.',
      path: ['input', 'entries', 'phones', 'list'],
    },
  ]);
});

test('everything that one call did is one filter: all of last night, by its change set', async () => {
  await add(staff, { status: 'PENDING', entries: [phoneOf(71), phoneOf(72)] });
  const [{ changeSet }] = await logOf(staff);
  await addOne(staff, phoneOf(73), {}, { status: 'PENDING' });
  const answer = await approve(staff, { filter: { changeSet: changeSet.id, statuses: ['PENDING'] } });
  expect(
    answer.results.map(({ index, entry }: { index: null; entry: { phone: string } }) => [index, entry.phone]).sort(),
  ).toEqual([
    [null, phoneOf(71)],
    [null, phoneOf(72)],
  ]);
});

test('two reasons for one number: lifting one never unblocks the other, and the answer names what still blocks (R1.1)', async () => {
  const person = await personOf(world, 'COMPLIANCE');
  const byKey = await addOne(staff, phoneOf(81));
  await addOne(person, phoneOf(81));
  await addOne(staff, phoneOf(81), {}, { list: 'DNT' });
  const first = await remove(staff, { ids: [byKey.entry.id] });
  expect(first.results[0].stillBlockedBy).toEqual([{ key: 'DNC' }, { key: 'DNT' }]);
  expect(await blockedContacts(staff, phoneOf(81))).toBe(OUT);

  const rest = await remove(staff, { phones: { list: 'DNC', numbers: [phoneOf(81)] } });
  expect(rest.results).toMatchObject([{ index: 0, outcome: 'CHANGED', stillBlockedBy: [{ key: 'DNT' }] }]);
  expect(await blockedContacts(staff, phoneOf(81))).toBe('OUTBOUND SMS');
});

test('by phones means all active entries of the number on that list (R6.1)', async () => {
  const person = await personOf(world, 'COMPLIANCE');
  await addOne(staff, phoneOf(85));
  await addOne(person, phoneOf(85));
  const answer = await remove(staff, { phones: { list: 'DNC', numbers: [phoneOf(84), phoneOf(85)] } });
  expect(answer.results.map(({ index, outcome }: { index: number; outcome: string }) => [index, outcome])).toEqual([
    [0, 'NOT_FOUND'],
    [1, 'CHANGED'],
    [1, 'CHANGED'],
  ]);
  expect(answer.changedCount).toBe(2);
});

test('a short code and a sender are lifted by what they were listed as (R2.3)', async () => {
  await add(staff, { list: 'SPAM', entries: ['72345', 'ACME Deals', phoneOf(88)] });
  const numbers = ['72345', ' ACME Deals ', '415-555-0088'];
  expect(await remove(staff, { phones: { list: 'SPAM', numbers } })).toMatchObject({ changedCount: 3 });
});

test("another environment's entry is as unknown as none at all (invariant 8)", async () => {
  const theirs = await addOne(await world.sandbox.as('COMPLIANCE'), phoneOf(91));
  const ids = [theirs.entry.id, 'RW50cnk6OTk5OTk5', 'nonsense', ''];
  for (const [by, act] of [
    [staff, approve],
    [staff, unapprove],
    [staff, remove],
  ] as const) {
    const answer = await act(by, { ids });
    expect(outcomes(answer)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
    expect(answer).toMatchObject({ notFoundCount: 4, results: [{ entry: null, stillBlockedBy: [] }, {}, {}, {}] });
  }
  expect(await blockedContacts(await world.sandbox.as('AGENT'), phoneOf(91))).toBe(OUT);
});

test('an agent adds and lifts nothing; the refusal names the permission (R7, seed 001)', async () => {
  const { entry } = await addOne(staff, phoneOf(95));
  const asked = { entries: { ids: [entry.id] } };
  for (const role of ['AGENT', 'DIALER', 'AUDITOR', 'READ_ONLY'] as const) {
    const client = await world.as(role);
    const refusals = [
      [removeDocument, { ...asked, reason: 'r' }, 'entry:remove'],
      [unapproveDocument, asked, 'entry:unapprove'],
      [approveDocument, asked, 'entry:approve'],
    ] as const;
    for (const [document, input, permission] of refusals)
      expect((await client.expectError('FORBIDDEN', document, { input })).errors[0]?.extensions?.permission).toBe(
        permission,
      );
  }
});
