import { beforeAll, expect, test } from 'vitest';
import { MAX_SELECTED } from '../../src/domain/entries/entry-selection.ts';
import { DNC, DNT } from '../changes/log-world.ts';
import { ended } from '../exports/export-story.ts';
import {
  add,
  addOne,
  approve,
  approveDocument,
  contactSaid,
  list,
  logOf,
  remove,
  removeDocument,
} from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';

/** Changed by one call; 10,000 elsewhere. */
const FEW = 1_000;
const MANY = 2_500;
const phoneOf = (n: number) => `+1415${String(2_000_000 + n)}`;

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline({ maxSelected: FEW });
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  const entries = Array.from({ length: MANY }, (_, n) => phoneOf(n));
  await add(staff, { status: 'PENDING', reason: 'Vendor list', entries });
});

const pending = { filter: { statuses: ['PENDING'], reasonContains: 'vendor' } };
const REPORT =
  'kind rowsDone rowsTotal startedBy { name } bulk { matchedCount changedCount unchangedCount refusedCount changedMeanwhileCount }';
const count = async (filterBy: object) => (await list(staff, { first: 1, filterBy })).totalCount;

test('expectedCount holds for any number of entries: nothing is started when it differs (R6.1)', async () => {
  const input = { entries: pending, expectedCount: MANY - 1 };
  const { data } = await staff.expectError('COUNT_DIFFERS', approveDocument, { input });
  expect(data.approveEntries).toMatchObject({ task: null, results: null, cursor: null });
  expect(data.approveEntries.userErrors[0].message).toMatch(`means ${MANY} entries, not ${MANY - 1}`);
  expect((await staff.expectOk('{ tasks { nodes { id } } }')).tasks.nodes).toEqual([]);
});

test('more than one call takes is a task: the same mutation, the same changes (R6.1)', async () => {
  const more = {
    expectedCount: MANY,
    reason: 'Checked with the vendor',
    onBehalfOf: { id: 'u1', name: 'Zoë' },
    idempotencyKey: 'review of today',
  };
  const started = await approve(staff, pending, more);
  expect(started).toMatchObject({ changedCount: 0, refusedCount: 0, results: null, cursor: expect.any(String) });
  const late = await addOne(staff, phoneOf(MANY), {}, { status: 'PENDING', reason: 'Vendor list' });
  const again = await approve(staff, pending, more);
  expect(again.task.id).toBe(started.task.id);
  await staff.expectError('IDEMPOTENCY_MISMATCH', approveDocument, {
    input: { entries: pending, ...more, expectedCount: null },
  });

  const task = await ended(staff, started.task.id, REPORT);
  expect(task).toMatchObject({
    kind: 'APPROVE',
    state: 'DONE',
    rowsDone: MANY,
    rowsTotal: MANY,
    startedBy: { name: 'Key of the COMPLIANCE' },
    bulk: { matchedCount: MANY, changedCount: MANY, unchangedCount: 0, refusedCount: 0, changedMeanwhileCount: 0 },
  });
  expect(await count({ statuses: ['APPROVED'] })).toBe(MANY);
  expect(await count({ statuses: ['PENDING'] })).toBe(1);
  const [newest] = await logOf(staff, { operation: 'approveEntries' });
  expect(newest).toMatchObject({
    kind: 'ENTRY_APPROVED',
    reason: 'Checked with the vendor',
    onBehalfOf: { id: 'u1', name: 'Zoë' },
  });
  expect((await staff.expectOk('{ verifyAudit { isIntact isAtHead } }')).verifyAudit).toEqual({
    isIntact: true,
    isAtHead: true,
  });
  const { entries } = await staff.expectOk('query ($f: EntryFilter) { entries(filterBy: $f) { nodes { id } } }', {
    f: { statuses: ['PENDING'] },
  });
  expect(entries.nodes).toEqual([{ id: late.entry.id }]);
  // Asked again when all is done, it is still that task.
  expect((await approve(staff, pending, more)).task.id).toBe(started.task.id);
});

test('as many as one call takes are changed by the call (R6.1)', async () => {
  expect(MAX_SELECTED).toBe(10_000);
  const entries = Array.from({ length: FEW }, (_, n) => phoneOf(30_000 + n));
  await add(staff, { reason: 'A campaign', entries });
  const filter = { reasonContains: 'campaign' };
  expect(await remove(staff, { filter }, { expectedCount: FEW })).toMatchObject({ changedCount: FEW, task: null });
});

test('the rules refuse in a task what they refuse in a call, and it is counted (R1.3, R1.4)', async () => {
  await add(staff, { status: 'PERMANENT', reason: 'Vendor list', entries: [phoneOf(20_001), phoneOf(20_002)] });
  await contactSaid(
    world,
    { phone: phoneOf(20_003), listId: DNT, source: 'SMS_KEYWORD', endUserOptedOut: true, reason: 'Vendor list' },
    { phone: phoneOf(20_003), listId: DNC, source: 'SMS_KEYWORD', endUserOptedOut: true, reason: 'Vendor list' },
  );
  const integrator = await world.as('INTEGRATOR');
  const input = { entries: { filter: { reasonContains: 'vendor' } }, reason: 'Contract ended' };
  const { removeEntries } = await integrator.expectOk(removeDocument, { input });
  const task = await ended(integrator, removeEntries.task.id, REPORT);
  expect(task).toMatchObject({
    kind: 'REMOVE',
    startedBy: null,
    bulk: { matchedCount: MANY + 5, changedCount: MANY + 1, refusedCount: 4 },
  });
  expect(await count({})).toBe(4);
});
