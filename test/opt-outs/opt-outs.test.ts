import { beforeAll, expect, test } from 'vitest';
import { importFile } from '../imports/import-story.ts';
import { minute, nextPhone, OURS, text } from '../messages/message-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';

const PAGE = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $filterBy: OptOutFilter) {
    optOuts(first: $first, after: $after, last: $last, before: $before, filterBy: $filterBy) {
      totalCount totalCountIsExact
      nodes { phone optedOutAt businessNumber source text message { meaning } entry { list { key } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

let server: Quietline;
let world: World;
let admin: Client;
/** Of the people below, in the order in which they opted out. */
const phones = Array.from({ length: 5 }, nextPhone);

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  admin = await world.as('ADMIN');
  await text(admin, phones[0]!, 'STOP', { receivedAt: minute(1) });
  await text(admin, phones[1]!, 'please quit texting me', { receivedAt: minute(2), to: '+14155550199' });
  await text(admin, phones[2]!, 'STOP', { receivedAt: minute(3) });
  await text(admin, phones[3]!, 'STOP', { receivedAt: minute(4) });
  // What is on DNT for another reason, or waits for review, is no opt-out of that person's.
  await text(admin, phones[4]!, 'no more thank you', { receivedAt: minute(5) });
  const byStaff = { list: 'DNT', entries: [{ phone: nextPhone() }] };
  await admin.expectOk('mutation ($input: AddEntriesInput!) { addEntries(input: $input) { userErrors { code } } }', {
    input: byStaff,
  });
});

const page = async (variables: object, by = admin) => (await by.expectOk(PAGE, variables)).optOuts;
const phonesOf = ({ nodes }: { nodes: { phone: string }[] }) => nodes.map(({ phone }) => phone);

test('seed 003: number, date, the number they opted out from, and how they asked; newest first', async () => {
  const all = await page({});
  expect(all).toMatchObject({ totalCount: 4, totalCountIsExact: true });
  expect(phonesOf(all)).toEqual([phones[3], phones[2], phones[1], phones[0]]);
  expect(all.nodes[2]).toEqual({
    phone: phones[1],
    optedOutAt: minute(2),
    businessNumber: '+14155550199',
    source: 'SMS_PHRASE',
    text: 'please quit texting me',
    message: { meaning: 'OPT_OUT' },
    entry: { list: { key: 'DNT' } },
  });
});

test('in pages, forwards and back', async () => {
  const first = await page({ first: 3 });
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const second = await page({ first: 3, after: first.pageInfo.endCursor });
  expect(phonesOf(second)).toEqual([phones[0]]);
  const back = await page({ last: 2, before: second.pageInfo.startCursor });
  expect(phonesOf(back)).toEqual([phones[2], phones[1]]);
  expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  await admin.expectError('INVALID_CURSOR', PAGE, { after: 'made-up' });
});

test('pages within a span of time, from either end, also when the span is narrowed meanwhile', async () => {
  const span = { optedOutAt: { from: minute(2), to: minute(4) } };
  const first = await page({ first: 1, filterBy: span });
  expect(phonesOf(first)).toEqual([phones[2]]);
  const { endCursor: after } = first.pageInfo;
  expect(phonesOf(await page({ first: 5, after, filterBy: span }))).toEqual([phones[1]]);
  expect(phonesOf(await page({ first: 5, after, filterBy: { optedOutAt: { to: minute(2) } } }))).toEqual([phones[0]]);
  const { startCursor: before } = (await page({ last: 1, filterBy: span })).pageInfo;
  expect(phonesOf(await page({ last: 5, before, filterBy: span }))).toEqual([phones[2]]);
  const later = { optedOutAt: { from: minute(4) } };
  expect(phonesOf(await page({ last: 5, before, filterBy: later }))).toEqual([phones[3]]);
});

test('by date, by our number, and by how they asked', async () => {
  const of = async (filterBy: object) => phonesOf(await page({ filterBy }));
  expect(await of({ optedOutAt: { from: minute(2), to: minute(4) } })).toEqual([phones[2], phones[1]]);
  expect(await of({ businessNumber: OURS, optedOutAt: { from: minute(2) } })).toEqual([phones[3], phones[2]]);
  expect(await of({ sources: ['SMS_PHRASE'] })).toEqual([phones[1]]);
  expect(await page({ filterBy: { sources: ['SMS_KEYWORD'] } })).toMatchObject({ totalCount: 3 });
  expect(await of({ sources: [] })).toEqual([]);
});

test('who sees masked numbers sees masked numbers, and nobody but evidence:see what was written', async () => {
  const masked = await page({ first: 1 }, await world.as('READ_ONLY'));
  expect(masked.nodes[0]).toMatchObject({ phone: `+1•••••••${phones[3]!.slice(-3)}`, text: null });
  expect((await page({ first: 1 }, await world.as('AGENT'))).nodes[0]).toMatchObject({ phone: phones[3], text: null });
});

test("nobody puts other words into a contact's mouth", async () => {
  const other = await newEnvironment(server);
  const by = await other.as('ADMIN');
  const { entries } = await text(by, nextPhone(), 'Stop please');
  const EDIT = 'mutation ($input: UpdateEntryInput!) { updateEntry(input: $input) { userErrors { code path } } }';
  const edit = async (role: 'INTEGRATOR' | 'COMPLIANCE', more: object) =>
    (await (await other.as(role)).query(EDIT, { input: { entryId: entries[1].id, ...more } })).data.updateEntry
      .userErrors;
  expect(await edit('INTEGRATOR', { evidence: 'Never said so' })).toEqual([
    { code: 'REFUSED', path: ['input', 'evidence'] },
  ]);
  expect(await edit('INTEGRATOR', { reason: 'Asked by text' })).toEqual([]);
  expect(await edit('COMPLIANCE', { evidence: 'See the archive' })).toEqual([]);
  // What they wrote is what the message keeps, whatever somebody noted with the entry since.
  expect((await page({ first: 1 }, by)).nodes).toMatchObject([{ text: 'Stop please' }]);
});

test('nothing of another environment', async () => {
  expect(await page({}, await world.sandbox.as('ADMIN'))).toMatchObject({ totalCount: 0, nodes: [] });
});

test('R4.6: a list that was carried over is in it, with its dates and numbers; START takes them off', async () => {
  const own = await newEnvironment(server);
  const staff = await own.as('COMPLIANCE');
  const phone = nextPhone();
  const file = `phone,opted out at,from number\n${phone},2025-03-04T09:00:00Z,${OURS}\n${nextPhone()},2025-03-05T09:00:00Z,\n`;
  const columns = { phone: 0, requestedAt: 1, businessNumber: 2 };
  await importFile(server, staff, file, { list: 'DNT', asOptOuts: true, columns });
  const carried = await page({}, staff);
  expect(carried.totalCount).toBe(2);
  expect(carried.nodes[1]).toMatchObject({
    phone,
    optedOutAt: '2025-03-04T09:00:00.000Z',
    businessNumber: OURS,
    source: 'IMPORT',
    message: null,
  });
  expect(carried.nodes[0].businessNumber).toBeNull();
  await text(await own.as('ADMIN'), phone, 'START');
  expect(await page({}, staff)).toMatchObject({ totalCount: 1 });
});
