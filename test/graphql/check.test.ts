import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { blockedContacts, checkDocument, lift, list, moment, phoneOf, verdict } from './verdict-story.ts';

let server: Quietline;
let world: World;
let staff: Client;
let agent: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  agent = await world.as('AGENT');
});

test('a number is allowed, blocked once it is listed, and allowed once it is lifted (R1.1, R3.1)', async () => {
  const before = await verdict(agent, '(415) 555-0001');
  expect(before).toMatchObject({ decision: 'ALLOW', isBlocked: false, phone: '+14155550001', reasons: [] });
  expect(before.message).toBe('You may call +14155550001.');

  const { cursor } = await list(staff, 'DNC', [phoneOf(1)], { reason: 'Asked by letter' });
  const listed = await verdict(agent, '415.555.0001');
  expect(listed).toMatchObject({ decision: 'BLOCK', isBlocked: true, phone: '+14155550001', cursor });
  expect(listed.reasons).toMatchObject([{ code: 'LISTED', listKey: 'DNC', isPending: false, source: 'API' }]);

  await lift(staff, 'DNC', phoneOf(1));
  expect(await verdict(agent, phoneOf(1))).toMatchObject({ decision: 'ALLOW', reasons: [] });
});

test('DNC blocks what goes out and lets the person call in; DNT blocks texts out; SPAM all that comes in (R3.1)', async () => {
  await list(staff, 'DNC', [phoneOf(2)]);
  await list(staff, 'DNT', [phoneOf(3)]);
  await list(staff, 'SPAM', [phoneOf(4)]);
  expect(await blockedContacts(agent, phoneOf(2))).toBe('OUTBOUND CALL, OUTBOUND SMS');
  expect(await blockedContacts(agent, phoneOf(3))).toBe('OUTBOUND SMS');
  expect(await blockedContacts(agent, phoneOf(4))).toBe('INBOUND CALL, INBOUND SMS');
});

test('every reason is named, with a sentence to read out: what list, since when, why (R3.2)', async () => {
  const phone = phoneOf(5);
  await list(staff, 'DNC', [phone], { reason: 'Asked by letter.', requestedAt: '2026-03-03T14:03:00Z' });
  await list(staff, 'DNT', [phone], { status: 'PENDING', requestedAt: '2026-04-01T09:00:00Z' });
  const { reasons, message } = await verdict(agent, phone, 'OUTBOUND SMS');
  expect(reasons).toMatchObject([
    {
      code: 'LISTED',
      list: {
        key: 'DNC',
        blocks: [
          { direction: 'OUTBOUND', channel: 'CALL' },
          { direction: 'OUTBOUND', channel: 'SMS' },
        ],
      },
      since: '2026-03-03T14:03:00.000Z',
      reason: 'Asked by letter.',
    },
    { code: 'LISTED', list: { key: 'DNT' }, isPending: true, since: '2026-04-01T09:00:00.000Z', reason: null },
  ]);
  expect(message).toMatch(
    /^Do not text \+14155550005: it is on the Do Not Call list since 3 March 2026 \(Asked by letter\) and the Do Not Text list since 1 April 2026 \(added by a connected system, waiting for review\)\.$/i,
  );
});

test('what cannot be read is blocked outbound, with the remedy; such a caller is let in (R2.5)', async () => {
  const outbound = await verdict(agent, '415-CALL-ME');
  expect(outbound).toMatchObject({ decision: 'BLOCK', phone: null });
  expect(outbound.reasons).toMatchObject([
    { code: 'INVALID_NUMBER', problem: { code: 'LETTERS' }, list: null, since: null },
  ]);
  expect(outbound.message).toMatch(/^Do not call this number: it can't be read as a phone number\. Write all of it/);
  expect(await verdict(agent, null, 'INBOUND CALL')).toMatchObject({
    decision: 'ALLOW',
    phone: null,
    reasons: [{ code: 'CALLER_UNREADABLE' }],
    message: expect.stringMatching(/^You may take the call from a withheld number/),
  });
});

test('a sender that is no number is blocked where it is listed (R2.3)', async () => {
  await list(staff, 'SPAM', ['72345']);
  expect(await verdict(agent, '72345', 'INBOUND SMS')).toMatchObject({
    decision: 'BLOCK',
    phone: '72345',
    message: expect.stringMatching(/^Do not accept the text from 72345: it is on the Spam list since/),
  });
});

test('a call to an emergency or crisis number is always allowed (R2.4)', async () => {
  for (const phone of ['911', '988', '1-800-273-8255']) {
    expect(await verdict(agent, phone)).toMatchObject({ decision: 'ALLOW', reasons: [{ code: 'EMERGENCY_NUMBER' }] });
  }
});

test('the past is answered from the log, for those who may ask (R3.4, R7)', async () => {
  const phone = phoneOf(6);
  const free = await moment();
  await list(staff, 'DNC', [phone], { reason: 'The first reason' });
  const listed = await moment();
  await lift(staff, 'DNC', phone);

  const auditor = await world.as('AUDITOR');
  expect(await verdict(auditor, phone, 'OUTBOUND CALL', { at: free })).toMatchObject({ decision: 'ALLOW', at: free });
  const then = await verdict(auditor, phone, 'OUTBOUND CALL', { at: listed });
  expect(then).toMatchObject({ decision: 'BLOCK', at: listed, reasons: [{ reason: 'The first reason' }] });
  expect(then.message).toContain('(The first reason)');
  expect(await verdict(staff, phone, 'OUTBOUND CALL', { at: '2001-01-01T00:00:00Z' })).toMatchObject({
    decision: 'ALLOW',
  });
  expect(await verdict(staff, phone)).toMatchObject({ decision: 'ALLOW' });

  const past = { phone, channel: 'CALL', at: listed };
  const refused = await agent.expectError('FORBIDDEN', checkDocument, past);
  expect(refused.errors[0]?.extensions).toMatchObject({ permission: 'number:check-past' });
  const { cursor } = await list(staff, 'DNC', [phone]);
  await staff.expectError('BAD_USER_INPUT', checkDocument, { ...past, atLeast: cursor });
  await staff.expectError('BAD_USER_INPUT', checkDocument, { ...past, at: '2999-01-01T00:00:00Z' });
});

test('atLeast takes a cursor of this log and nothing else (P2.2, P2.4)', async () => {
  const { cursor } = await list(staff, 'DNC', [phoneOf(7)]);
  expect(await verdict(agent, phoneOf(7), 'OUTBOUND CALL', { atLeast: cursor })).toMatchObject({
    reasons: [{ code: 'LISTED' }],
    cursor,
  });
  await agent.expectError('INVALID_CURSOR', checkDocument, { phone: phoneOf(7), channel: 'CALL', atLeast: 'garbage' });

  const stranger = await (await newEnvironment(server)).as('COMPLIANCE');
  const theirs = await list(stranger, 'DNC', [phoneOf(7)]);
  const answer = await verdict(agent, phoneOf(8), 'OUTBOUND CALL', { atLeast: theirs.cursor });
  expect(answer).toMatchObject({ decision: 'BLOCK', reasons: [{ code: 'STALE' }] });
  expect(answer.message).toMatch(/may have missed the newest opt-outs/);
});

test('READ_ONLY may not check, AUDITOR only the past, and nobody without a key (R7)', async () => {
  const asked = { phone: phoneOf(1), channel: 'CALL' };
  for (const role of ['READ_ONLY', 'AUDITOR'] as const) {
    const refused = await (await world.as(role)).expectError('FORBIDDEN', checkDocument, asked);
    expect(refused.errors[0]?.extensions).toMatchObject({ permission: 'number:check' });
  }
  await server.anonymous().expectError('UNAUTHENTICATED', checkDocument, asked);
});

test('another environment knows nothing of a block, its own sandbox neither (invariant 8)', async () => {
  await list(staff, 'DNC', [phoneOf(9)]);
  const sandbox = await world.sandbox.as('AGENT');
  expect(await verdict(sandbox, phoneOf(9))).toMatchObject({ decision: 'ALLOW' });
});
