import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { list, phoneOf } from './verdict-story.ts';

const CHECK_BATCH = /* GraphQL */ `
  query CheckBatch($input: CheckBatchInput!) {
    checkBatch(input: $input) {
      checkedCount allowedCount blockedCount invalidCount cursor
      blocked { index reference phone lists }
      invalid { index reference problem { code message remedy } }
    }
  }
`;

let server: Quietline;
let world: World;
let staff: Client;
let dialer: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  dialer = await world.as('DIALER');
});

test('a batch answers the blocked and the invalid, with their places and references (R3.1, R2.5)', async () => {
  await list(staff, 'DNC', [phoneOf(1), phoneOf(2)]);
  const { cursor } = await list(staff, 'DNT', [phoneOf(2), phoneOf(3)]);
  const numbers = [
    { phone: '(415) 555-0001', reference: 'lead 1' },
    { phone: phoneOf(4), reference: 'lead 4' },
    { phone: 'call me', reference: 'lead ?' },
    { phone: phoneOf(2) },
    { phone: phoneOf(3), reference: 'lead 3' },
  ];
  const { checkBatch } = await dialer.expectOk(CHECK_BATCH, { input: { numbers, channel: 'SMS', atLeast: cursor } });
  expect(checkBatch).toEqual({
    checkedCount: 5,
    allowedCount: 1,
    blockedCount: 3,
    invalidCount: 1,
    cursor,
    blocked: [
      { index: 0, reference: 'lead 1', phone: phoneOf(1), lists: ['DNC'] },
      { index: 3, reference: null, phone: phoneOf(2), lists: ['DNC', 'DNT'] },
      { index: 4, reference: 'lead 3', phone: phoneOf(3), lists: ['DNT'] },
    ],
    invalid: [{ index: 2, reference: 'lead ?', problem: expect.objectContaining({ code: expect.any(String) }) }],
  });
  const calls = await dialer.expectOk(CHECK_BATCH, { input: { numbers, channel: 'CALL' } });
  expect(calls.checkBatch.blocked.map(({ index }: { index: number }) => index)).toEqual([0, 3]);
  const inbound = await dialer.expectOk(CHECK_BATCH, { input: { numbers, direction: 'INBOUND', channel: 'CALL' } });
  expect(inbound.checkBatch).toMatchObject({ allowedCount: 5, blocked: [], invalid: [] });
});

test('the details of the blocked are there for who asks (R3.2)', async () => {
  await list(staff, 'DNC', [phoneOf(5), phoneOf(6)], {
    reason: 'Asked by letter',
    requestedAt: '2026-03-03T00:00:00Z',
  });
  const document = `query Details($input: CheckBatchInput!) {
    checkBatch(input: $input) { blocked { index reasons { code since reason source list { name } } } }
  }`;
  const numbers = [{ phone: phoneOf(5) }, { phone: phoneOf(6) }];
  const { checkBatch } = await dialer.expectOk(document, { input: { numbers, channel: 'CALL' } });
  const reasons = [
    {
      code: 'LISTED',
      since: '2026-03-03T00:00:00.000Z',
      reason: 'Asked by letter',
      source: 'API',
      list: { name: 'Do Not Call' },
    },
  ];
  expect(checkBatch.blocked).toEqual([
    { index: 0, reasons },
    { index: 1, reasons },
  ]);
});

test('50,000 numbers are one call, and 50,001 are refused by name of the limit (floors)', async () => {
  const blocked = Array.from({ length: 2_000 }, (_, n) => phoneOf(10_000 + n));
  await list(staff, 'DNC', blocked);
  const numbers = Array.from({ length: 50_000 }, (_, n) => ({ phone: phoneOf(n), reference: `lead ${n}` }));
  const { checkBatch } = await dialer.expectOk(CHECK_BATCH, { input: { numbers, channel: 'CALL' } });
  expect(checkBatch).toMatchObject({ checkedCount: 50_000, invalidCount: 0 });
  expect(checkBatch.blocked.length).toBe(checkBatch.blockedCount);
  expect(checkBatch.blocked.at(-1)).toEqual({
    index: 11_999,
    reference: 'lead 11999',
    phone: phoneOf(11_999),
    lists: ['DNC'],
  });

  const tooMany = { input: { numbers: [...numbers, { phone: phoneOf(0) }], channel: 'CALL' } };
  const refused = await dialer.expectError('BAD_USER_INPUT', CHECK_BATCH, tooMany);
  expect(refused.errors[0]?.message).toMatch(/at most 50000 numbers and this one has 50001/);
  await dialer.expectError('BAD_USER_INPUT', CHECK_BATCH, { input: { numbers: [], channel: 'CALL' } });
});

test('a server that has not reached the cursor fails as a whole, and never with a shorter list (R3.3)', async () => {
  const stranger = await (await newEnvironment(server)).as('COMPLIANCE');
  const { cursor } = await list(stranger, 'DNC', [phoneOf(1)]);
  const input = { numbers: [{ phone: phoneOf(1) }], channel: 'CALL' };
  const answer = await dialer.expectError('STALE', CHECK_BATCH, { input: { ...input, atLeast: cursor } });
  expect(answer.data?.checkBatch ?? null).toBeNull();
  await dialer.expectError('INVALID_CURSOR', CHECK_BATCH, { input: { ...input, atLeast: 'garbage' } });
});

test('who may not check may not check many (R7)', async () => {
  const input = { numbers: [{ phone: phoneOf(1) }], channel: 'CALL' };
  for (const role of ['READ_ONLY', 'AUDITOR'] as const) {
    await (await world.as(role)).expectError('FORBIDDEN', CHECK_BATCH, { input });
  }
});
