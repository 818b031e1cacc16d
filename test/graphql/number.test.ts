import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { lift, list, moment, phoneOf } from './verdict-story.ts';

const NUMBER = /* GraphQL */ `
  query Number($phone: String!, $at: DateTime) {
    number(phone: $phone, at: $at) {
      phone cursor
      entries {
        id phone status reason evidence isActive requestedAt
        list { key }
        createdBy { kind actor { name } }
      }
      verdicts { direction channel decision message reasons { listKey since reason } }
    }
  }
`;

const UPDATE = /* GraphQL */ `
  mutation Update($input: UpdateEntryInput!) {
    updateEntry(input: $input) { isChanged userErrors { code message } }
  }
`;

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
});

const number = async (by: Client, phone: string, at?: string) => (await by.expectOk(NUMBER, { phone, at })).number;

test('a number that is not listed has four verdicts and no entries', async () => {
  expect(await number(staff, '(415) 555-0001')).toMatchObject({
    phone: phoneOf(1),
    entries: [],
    verdicts: [
      { direction: 'OUTBOUND', channel: 'CALL', decision: 'ALLOW', reasons: [] },
      { direction: 'OUTBOUND', channel: 'SMS', decision: 'ALLOW' },
      { direction: 'INBOUND', channel: 'CALL', decision: 'ALLOW' },
      { direction: 'INBOUND', channel: 'SMS', decision: 'ALLOW' },
    ],
  });
});

test('a listed number shows its entries, and why it is blocked for which contact (R3.1, R3.2)', async () => {
  const requestedAt = '2026-03-03T14:03:00.000Z';
  await list(staff, 'DNC', [phoneOf(2)], { reason: 'Asked by letter', requestedAt });
  const { cursor } = await list(staff, 'SPAM', [phoneOf(2)], { status: 'PENDING' });
  const seen = await number(staff, phoneOf(2));
  expect(seen).toMatchObject({
    cursor,
    entries: [
      { list: { key: 'DNC' }, status: 'APPROVED', reason: 'Asked by letter', isActive: true, requestedAt },
      {
        list: { key: 'SPAM' },
        status: 'PENDING',
        reason: null,
        createdBy: { kind: 'USER', actor: { name: 'Key of the COMPLIANCE' } },
      },
    ],
  });
  expect(seen.verdicts.map(({ decision }: { decision: string }) => decision)).toEqual(Array(4).fill('BLOCK'));
  expect(seen.verdicts[0].reasons).toEqual([{ listKey: 'DNC', since: requestedAt, reason: 'Asked by letter' }]);
  expect(seen.verdicts[0].message).toContain('since 3 March 2026 (Asked by letter)');
});

test('the past shows entries as they stood: status, reason and who added them (R3.4)', async () => {
  const phone = phoneOf(3);
  const none = await moment();
  const { ids } = await list(staff, 'DNC', [phone], { status: 'PENDING', reason: 'The first reason' });
  const first = await moment();
  await staff.expectOk(UPDATE, { input: { entryId: ids[0], reason: 'The second reason' } });
  await list(staff, 'DNC', [phone], { status: 'APPROVED' });
  const second = await moment();
  await lift(staff, 'DNC', phone);
  const lifted = await moment();
  const integrator = await world.as('INTEGRATOR');
  await list(integrator, 'DNC', [phone], { reason: 'The third reason' });

  const auditor = await world.as('AUDITOR');
  expect(await number(auditor, phone, none)).toMatchObject({ entries: [] });
  const asFirst = await number(auditor, phone, first);
  expect(asFirst.entries).toMatchObject([
    {
      id: ids[0],
      status: 'PENDING',
      reason: 'The first reason',
      isActive: true,
      createdBy: { actor: { name: 'Key of the COMPLIANCE' } },
    },
  ]);
  expect(asFirst.verdicts[0]).toMatchObject({ decision: 'BLOCK', reasons: [{ reason: 'The first reason' }] });
  expect((await number(auditor, phone, second)).entries).toMatchObject([
    { status: 'APPROVED', reason: 'The second reason' },
  ]);
  expect(await number(auditor, phone, lifted)).toMatchObject({
    entries: [],
    verdicts: [{ decision: 'ALLOW' }, {}, {}, {}],
  });
  expect((await number(auditor, phone)).entries).toMatchObject([
    { id: ids[0], reason: 'The third reason', createdBy: { actor: { name: 'Key of the INTEGRATOR' } } },
  ]);
});

test('what cannot be read is an error with a remedy that does not repeat it; a listed sender is shown (R2.2, R2.3)', async () => {
  const refused = await staff.expectError('BAD_USER_INPUT', NUMBER, { phone: '415-555-CALL' });
  expect(refused.errors[0]?.message).toMatch(/letters.*Write all of it in digits/);
  expect(refused.errors[0]?.message).not.toMatch(/415|CALL/);
  await list(staff, 'SPAM', ['72346']);
  expect(await number(staff, '72346')).toMatchObject({ phone: '72346', entries: [{ list: { key: 'SPAM' } }] });
  await lift(staff, 'SPAM', '72346');
  expect(await number(staff, '72346')).toMatchObject({ phone: '72346', entries: [] });
  await staff.expectError('BAD_USER_INPUT', NUMBER, { phone: '72347' });
  await staff.expectError('BAD_USER_INPUT', NUMBER, { phone: '911' });
});

test('who sees masked numbers cannot ask for one, and only A, C and U for the past (R7)', async () => {
  const readOnly = await world.as('READ_ONLY');
  const refused = await readOnly.expectError('FORBIDDEN', NUMBER, { phone: phoneOf(2) });
  expect(refused.errors[0]?.extensions).toMatchObject({ permission: 'number:see' });

  const agent = await world.as('AGENT');
  expect((await number(agent, phoneOf(2))).entries[0]).toMatchObject({
    evidence: null,
    createdBy: { kind: 'USER', actor: null },
  });
  const past = await agent.expectError('FORBIDDEN', NUMBER, { phone: phoneOf(2), at: '2026-01-01T00:00:00Z' });
  expect(past.errors[0]?.extensions).toMatchObject({ permission: 'number:check-past' });
});

test('the sandbox knows nothing of it (invariant 8)', async () => {
  expect(await number(await world.sandbox.as('COMPLIANCE'), phoneOf(2))).toMatchObject({ entries: [] });
});

const HISTORY = /* GraphQL */ `
  query History($phone: String!, $first: Int, $after: String, $at: DateTime) {
    number(phone: $phone, at: $at) {
      phone
      history(first: $first, after: $after) {
        nodes { kind phone list { key } before { status reason } after { status reason } reason }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`;

test('its history is every change of its entries, newest first, page by page; null without audit:read (R5.1, R7)', async () => {
  const phone = phoneOf(4);
  await list(staff, 'DNC', [phone], { status: 'PENDING', reason: 'A note' });
  await list(staff, 'DNC', [phone]);
  const then = await moment();
  await lift(staff, 'DNC', phone);
  await list(staff, 'DNT', [phone]);
  await list(staff, 'DNT', [phoneOf(5)]);

  const page = async (variables: object) => (await staff.expectOk(HISTORY, { phone, ...variables })).number.history;
  const first = await page({ first: 3 });
  expect(first.nodes).toMatchObject([
    { kind: 'ENTRY_ADDED', phone, list: { key: 'DNT' } },
    { kind: 'ENTRY_REMOVED', list: { key: 'DNC' }, reason: 'Asked to be called again' },
    { kind: 'ENTRY_RAISED', before: { status: 'PENDING' }, after: { status: 'APPROVED' } },
  ]);
  const second = await page({ first: 3, after: first.pageInfo.endCursor });
  expect(second).toMatchObject({
    nodes: [{ kind: 'ENTRY_ADDED', after: { reason: 'A note' } }],
    pageInfo: { hasNextPage: false },
  });
  const past = await page({ at: then });
  expect(past.nodes.map(({ kind }: { kind: string }) => kind)).toEqual(['ENTRY_RAISED', 'ENTRY_ADDED']);
  await staff.expectError('BAD_USER_INPUT', HISTORY, { phone, first: 101 });
  await staff.expectError('INVALID_CURSOR', HISTORY, { phone: phoneOf(5), after: first.pageInfo.endCursor });

  const agent = await world.as('AGENT');
  expect((await agent.expectOk(HISTORY, { phone })).number).toEqual({ phone, history: null });
});
