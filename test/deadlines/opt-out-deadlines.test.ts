import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { deadlineBounds } from '../../src/domain/deadlines/deadline-bounds.ts';
import { optOutDeadline } from '../../src/domain/messages/opt-out-deadline.ts';
import { createList } from '../graphql/config-story.ts';
import { add, addOne, approve, remove } from '../graphql/entry-story.ts';
import { nextPhone, text } from '../messages/message-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

const DEADLINES = /* GraphQL */ `
  query Deadlines($state: OptOutDeadlineState, $first: Int, $after: String, $last: Int, $before: String) {
    optOutDeadlines(state: $state, first: $first, after: $after, last: $last, before: $before) {
      nodes { dueOn overdueFrom state entry { id phone source status requestedAt list { key } } }
      edges { cursor node { entry { id } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totals { overdue dueSoon waiting isExact }
    }
  }
`;
const deadlines = async (by: Client, variables: object = {}) =>
  (await by.expectOk(DEADLINES, variables)).optOutDeadlines;

const phone = (n: number) => `+1415555${String(n).padStart(4, '0')}`;
const phonesOf = ({ nodes }: { nodes: { entry: { phone: string } }[] }) => nodes.map(({ entry }) => entry.phone);
const pending = (by: Client, n: number, requestedAt?: Date | string, list = 'DNC') =>
  addOne(by, phone(n), { requestedAt }, { list, status: 'PENDING' });

/** Requests on both sides of both bounds, as of now. */
async function furnished() {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const { overdueBefore, dueSoonBefore } = deadlineBounds(new Date());
  const before = (bound: Date) => new Date(bound.getTime() - 1).toISOString();
  await pending(staff, 1, '2025-11-26T15:00:00Z');
  await pending(staff, 2, before(overdueBefore));
  await pending(staff, 3, overdueBefore.toISOString());
  await pending(staff, 4, before(dueSoonBefore), 'DNT');
  await pending(staff, 5, dueSoonBefore.toISOString());
  await pending(staff, 6);
  return { world, staff };
}

test('what waits for review, the one due first first, each with its last day and its state', async () => {
  const { staff } = await furnished();
  const page = await deadlines(staff);
  expect(phonesOf(page)).toEqual([1, 2, 3, 4, 5, 6].map(phone));
  expect(page.nodes.map(({ state }: { state: string }) => state)).toEqual([
    'OVERDUE',
    'OVERDUE',
    'DUE_SOON',
    'DUE_SOON',
    'WAITING',
    'WAITING',
  ]);
  // Asked on the eve of Thanksgiving 2025: that Thursday is a holiday, and the tenth business day is 11 December.
  expect(page.nodes[0]).toMatchObject({ dueOn: '2025-12-11', overdueFrom: '2025-12-12T05:00:00.000Z' });
  for (const { entry, dueOn, overdueFrom } of page.nodes) {
    const expected = optOutDeadline(new Date(entry.requestedAt));
    expect([dueOn, overdueFrom]).toEqual([expected.dueOn, expected.overdueFrom.toISOString()]);
  }
  expect(page.totals).toEqual({ overdue: 2, dueSoon: 2, waiting: 2, isExact: true });
  for (const [state, expected] of [
    ['OVERDUE', [1, 2]],
    ['DUE_SOON', [3, 4]],
    ['WAITING', [5, 6]],
  ] as const) {
    const some = await deadlines(staff, { state });
    expect(phonesOf(some)).toEqual(expected.map(phone));
    expect(some.totals).toEqual(page.totals);
  }
});

test('pages go on where they ended, forwards and backwards, also within one state', async () => {
  const { staff } = await furnished();
  const first = await deadlines(staff, { first: 4 });
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await deadlines(staff, { first: 4, after: first.pageInfo.endCursor });
  expect([...phonesOf(first), ...phonesOf(second)]).toEqual([1, 2, 3, 4, 5, 6].map(phone));
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const back = await deadlines(staff, { last: 2, before: second.pageInfo.startCursor });
  expect(phonesOf(back)).toEqual([3, 4].map(phone));
  const soon = await deadlines(staff, { state: 'DUE_SOON', first: 5, after: back.pageInfo.startCursor });
  expect(phonesOf(soon)).toEqual([phone(4)]);
  // A cursor from outside of the state begins at the state's end, or is beyond it.
  const [, , ofThree, , ofFive] = (await deadlines(staff)).edges.map(({ cursor }: { cursor: string }) => cursor);
  const before = async (state: string, cursor: string) =>
    phonesOf(await deadlines(staff, { state, last: 5, before: cursor }));
  expect(await before('DUE_SOON', ofFive)).toEqual([3, 4].map(phone));
  expect(await before('OVERDUE', ofFive)).toEqual([1, 2].map(phone));
  expect(await before('WAITING', ofThree)).toEqual([]);
  expect(phonesOf(await deadlines(staff, { state: 'OVERDUE', after: ofThree }))).toEqual([]);
  expect(phonesOf(await deadlines(staff, { state: 'WAITING', after: ofThree }))).toEqual([5, 6].map(phone));
  const [theirs] = (await staff.expectOk('{ entries(first: 1) { edges { cursor } } }')).entries.edges;
  await staff.expectError('INVALID_CURSOR', DEADLINES, { after: theirs.cursor });
});

test('decided requests leave; what never waited, and what blocks nothing outbound, is not among them', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  await createList(admin, 'NIGHT');
  await createList(admin, 'FANS', { blocks: [{ direction: 'INBOUND', channel: 'CALL' }] });
  await add(admin, { entries: [phone(1)] });
  await pending(admin, 2, undefined, 'SPAM');
  await pending(admin, 3, undefined, 'FANS');
  await pending(admin, 4, undefined, 'NIGHT');
  await pending(admin, 5, undefined, 'DNT');
  await pending(admin, 6);
  const page = await deadlines(admin);
  expect(phonesOf(page)).toEqual([4, 5, 6].map(phone));
  expect(page.totals).toEqual({ overdue: 0, dueSoon: 0, waiting: 3, isExact: true });
  await approve(admin, { ids: [page.nodes[1].entry.id] });
  await remove(admin, { ids: [page.nodes[2].entry.id] });
  expect(phonesOf(await deadlines(admin))).toEqual([phone(4)]);
  // A sentence that may mean "stop" waits for a person too.
  await text(admin, nextPhone(), 'no more thank you');
  const waiting = (await deadlines(admin)).nodes.map(({ entry }: { entry: { source: string } }) => entry.source);
  expect(waiting).toEqual(['API', 'SMS_PHRASE', 'SMS_PHRASE']);
});

test('everybody who sees entries may, with masked numbers where they see masked ones; nobody of another environment', async () => {
  const { world, staff } = await furnished();
  for (const role of roles) expect((await deadlines(await world.as(role), { first: 1 })).nodes).toHaveLength(1);
  const reader = await world.as('READ_ONLY');
  const answer = await reader.query(DEADLINES, { first: 2 });
  expect(phonesOf(answer.data.optOutDeadlines)).toEqual(['+1•••••••001', '+1•••••••002']);
  expect(JSON.stringify(answer.data)).not.toContain('4155550');
  await server.anonymous().expectError('UNAUTHENTICATED', DEADLINES);
  const other = await (await newEnvironment(server)).as('COMPLIANCE');
  expect(await deadlines(other)).toMatchObject({ nodes: [], totals: { overdue: 0, dueSoon: 0, waiting: 0 } });
  const { endCursor } = (await deadlines(staff, { first: 1 })).pageInfo;
  await other.expectError('INVALID_CURSOR', DEADLINES, { after: endCursor });
});
