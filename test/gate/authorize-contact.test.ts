import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/auth/permissions.ts';
import { roles, rolesWith } from '../../src/auth/permissions.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { attempts, authorize, list, newPhone, receive } from './gate-story.ts';

let server: Quietline;
let world: World;
let staff: Client;
let dialer: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
});

const modes = ['AGENT_MANUAL', 'CLICK_TO_CALL', 'DIALER', 'CAMPAIGN', 'CALLBACK', 'API'];

test('every way of dialing obeys the list, calls and texts alike: none skips the gate (seeds 000, 001, 002)', async () => {
  const phone = newPhone();
  await list(staff, 'DNC', [phone], { reason: 'Asked by letter' });
  for (const dialingMode of modes) {
    for (const channel of ['CALL', 'SMS'] as const) {
      const answer = await authorize(dialer, { phone, channel, dialingMode });
      expect(answer, `${dialingMode} ${channel}`).toMatchObject({ isAuthorized: false, shouldSkip: true });
      expect(answer.verdict).toMatchObject({ decision: 'BLOCK', reasons: [{ code: 'LISTED', listKey: 'DNC' }] });
    }
    expect(await authorize(dialer, { phone: newPhone(), dialingMode })).toMatchObject({
      isAuthorized: true,
      shouldSkip: false,
      warning: null,
    });
    // Fluents: who is on the list may still call in.
    expect(await authorize(dialer, { phone, dialingMode, direction: 'INBOUND' })).toMatchObject({ isAuthorized: true });
  }
});

test("the agent's warning says what list, since when and why, and is the verdict's own sentence (R3.2)", async () => {
  const phone = newPhone();
  await list(staff, 'DNC', [phone], { reason: 'Asked by letter' });
  const { warning, verdict, attemptId } = await authorize(await world.as('AGENT'), {
    phone,
    dialingMode: 'AGENT_MANUAL',
  });
  expect(warning).toMatch(
    new RegExp(`^Do not call \\${phone}: it is on the Do Not Call list since .* \\(Asked by letter\\)\\.$`),
  );
  expect(verdict!.message).toBe(warning);
  expect(attemptId).toBeTruthy();
});

test('what was asked and answered is an attempt: who, how, why, and which lists', async () => {
  const phone = newPhone();
  await list(staff, 'DNC', [phone]);
  await list(staff, 'DNT', [phone]);
  const { attemptId } = await authorize(dialer, {
    phone: phone.replace('+1', ''),
    channel: 'SMS',
    dialingMode: 'CALLBACK',
    messageType: 'TRANSACTIONAL',
    onBehalfOf: { id: 'agent-7' },
  });
  const { nodes } = await attempts(staff, { phone });
  expect(nodes).toEqual([
    {
      id: attemptId,
      position: expect.any(Number),
      at: expect.stringMatching(/Z$/),
      phone,
      direction: 'OUTBOUND',
      channel: 'SMS',
      dialingMode: 'CALLBACK',
      decision: 'BLOCK',
      isBlocked: true,
      reasons: ['LISTED'],
      lists: [{ key: 'DNC' }, { key: 'DNT' }],
      campaign: null,
      messageType: 'TRANSACTIONAL',
      grantUsed: false,
      agent: 'agent-7',
      actor: { name: 'Key of the DIALER' },
    },
  ]);
  expect(Math.abs(Date.now() - Date.parse(nodes[0]!.at))).toBeLessThan(10_000);
});

test('a campaign that there is not refuses nothing, and the answer warns (R3.1)', async () => {
  const answer = await authorize(dialer, { phone: newPhone(), campaign: 'spring', dialingMode: 'CAMPAIGN' });
  expect(answer).toMatchObject({ isAuthorized: true, verdict: { warnings: [{ code: 'UNKNOWN_CAMPAIGN' }] } });
  expect(answer.warning).toMatch(/The campaign is not known here/);
});

test('a custom list counts for its campaign alone, and the attempt names the campaign (R3.1)', async () => {
  const admin = await world.as('ADMIN');
  for (const key of ['summer', 'winter'])
    await admin.expectOk(
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { message } } }',
      { input: { key, name: key } },
    );
  await admin.expectOk('mutation ($input: CreateListInput!) { createList(input: $input) { userErrors { message } } }', {
    input: {
      key: 'NOSUN',
      name: 'No sun',
      blocks: [{ direction: 'OUTBOUND', channel: 'CALL' }],
      campaigns: ['summer'],
    },
  });
  const phone = newPhone();
  await list(staff, 'NOSUN', [phone]);
  expect(await authorize(dialer, { phone, campaign: 'winter' })).toMatchObject({ isAuthorized: true });
  expect(await authorize(dialer, { phone, campaign: 'summer' })).toMatchObject({ isAuthorized: false });
  const { nodes } = await attempts(staff, { phone });
  expect(nodes.map(({ campaign, decision }) => [campaign?.key, decision])).toEqual([
    ['summer', 'BLOCK'],
    ['winter', 'ALLOW'],
  ]);
});

test('what is no number is blocked and recorded as it came; a withheld caller and emergency calls pass (R2.4, R2.5)', async () => {
  expect(await authorize(dialer, { phone: 'tomorrow at 6' })).toMatchObject({
    isAuthorized: false,
    verdict: { reasons: [{ code: 'INVALID_NUMBER' }] },
  });
  expect(await authorize(dialer, { phone: null, direction: 'INBOUND' })).toMatchObject({ isAuthorized: true });
  expect(await authorize(dialer, { phone: '911' })).toMatchObject({ isAuthorized: true });
  expect(await authorize(dialer, { phone: 'ACME', direction: 'INBOUND', channel: 'SMS' })).toMatchObject({
    isAuthorized: true,
  });
  const { nodes } = await attempts(staff, null, { first: 4 });
  expect(nodes.map(({ phone, decision, reasons }) => [phone, decision, ...reasons])).toEqual([
    ['ACME', 'ALLOW', 'CALLER_UNREADABLE'],
    ['911', 'ALLOW', 'EMERGENCY_NUMBER'],
    [null, 'ALLOW', 'CALLER_UNREADABLE'],
    ['tomorrow at 6', 'BLOCK', 'INVALID_NUMBER'],
  ]);
  expect((await attempts(staff, { phone: 'tomorrow at 6' })).nodes).toHaveLength(1);
});

test('wrong input is an error of its field: nothing is authorized, and nothing recorded', async () => {
  const before = (await attempts(staff)).totalCount;
  const wrong = [
    [{ messageType: 'PROMOTIONAL' }, 'input.messageType'],
    [{ agent: 'x'.repeat(201) }, 'input.agent'],
    [{ onBehalfOf: { id: '' } }, 'input.onBehalfOf'],
    [{ channel: 'SMS', text: 'x'.repeat(10_001) }, 'input.text'],
  ] as const;
  for (const [input, path] of wrong) {
    const answer = await authorize(dialer, { phone: newPhone(), ...input });
    expect(answer).toMatchObject({
      isAuthorized: false,
      shouldSkip: false,
      verdict: null,
      attemptId: null,
      cursor: null,
    });
    expect(answer.userErrors.map((error) => error.path.join('.'))).toEqual([path]);
  }
  expect((await attempts(staff)).totalCount).toBe(before);
});

test('a first text says which disclosures it lacks, whether or not it was sent by another door a moment ago (seed 003)', async () => {
  const phone = newPhone();
  const text = 'Hi, this is Acme.';
  const first = await authorize(dialer, { phone, channel: 'SMS', text });
  expect(first.verdict!.firstMessage!.missing).toContain('OPT_OUT');
  expect(first.warning).toBe(
    'This is the first text to this number, and it does not say what they will receive, how to opt out, how often you will write and that message and data rates may apply. Say so before you send it.',
  );
  const second = await authorize(dialer, { phone, channel: 'SMS', text });
  expect([second.verdict!.firstMessage, second.warning]).toEqual([null, null]);
});

describe('the grant of a confirmation (R4.5)', () => {
  test('it lets one text pass, whatever else blocks, and nothing after it', async () => {
    const phone = newPhone();
    await list(staff, 'DNC', [phone], { status: 'PERMANENT' });
    const { reply } = await receive(await world.as('INTEGRATOR'), phone, 'STOP');
    const { grant } = reply!;
    const contact = { phone, channel: 'SMS', grant } as const;
    expect(await authorize(dialer, { ...contact, channel: 'CALL' })).toMatchObject({
      isAuthorized: false,
      grantUsed: false,
    });
    expect(await authorize(dialer, { ...contact, phone: newPhone() })).toMatchObject({ grantUsed: false });
    expect(await authorize(dialer, { phone, channel: 'SMS' })).toMatchObject({ isAuthorized: false });

    // As it came out of a file.
    const granted = await authorize(dialer, { ...contact, grant: ` ${grant}\n` });
    expect(granted).toMatchObject({ isAuthorized: true, shouldSkip: false, grantUsed: true });
    expect(granted.verdict).toMatchObject({ decision: 'ALLOW' });
    expect(granted.verdict!.reasons.map(({ listKey }) => listKey)).toEqual(['DNC', 'DNT']);
    expect(granted.warning).toMatch(/one text, and nothing else/);
    expect(await authorize(dialer, contact)).toMatchObject({ isAuthorized: false, grantUsed: false });

    const [again, used] = (await attempts(staff, { phone, channel: 'SMS' })).nodes;
    expect(again).toMatchObject({ decision: 'BLOCK', grantUsed: false });
    expect(used).toMatchObject({ decision: 'ALLOW', grantUsed: true, reasons: ['LISTED'] });
  });

  test('it holds for a sender that nobody could call, such as a short code (R2.3)', async () => {
    const { reply } = await receive(await world.as('INTEGRATOR'), '54321', 'STOP');
    const contact = { phone: ' 54321', channel: 'SMS', grant: reply!.grant } as const;
    expect(await authorize(dialer, { ...contact, phone: '54322' })).toMatchObject({ isAuthorized: false });
    const granted = await authorize(dialer, contact);
    expect(granted).toMatchObject({ isAuthorized: true, grantUsed: true });
    expect(granted.verdict!.reasons.map(({ code }) => code)).toContain('INVALID_NUMBER');
    expect(await authorize(dialer, contact)).toMatchObject({ isAuthorized: false, grantUsed: false });
  });

  test('of many at once exactly one passes, and a made up grant is none', async () => {
    const phone = newPhone();
    const { reply } = await receive(await world.as('INTEGRATOR'), phone, 'STOP');
    const contact = { phone, channel: 'SMS', grant: reply!.grant } as const;
    const answers = await Promise.all(Array.from({ length: 12 }, () => authorize(dialer, contact)));
    expect(answers.filter(({ isAuthorized }) => isAuthorized)).toHaveLength(1);
    expect(await authorize(dialer, { ...contact, grant: 'abc' })).toMatchObject({ isAuthorized: false });
  });
});

test('a server that cannot vouch for its answer blocks, which is recorded; a grant passes there too (R3.3, R4.5)', async () => {
  // A place in another log: this server will never get there.
  const elsewhere = await (await newEnvironment(server)).as('DIALER');
  const { check } = await elsewhere.expectOk('{ check(phone: "+14155550100", channel: CALL) { cursor } }');
  const contact = { phone: newPhone(), channel: 'SMS', atLeast: check.cursor } as const;
  const answer = await authorize(dialer, contact);
  expect(answer).toMatchObject({ isAuthorized: false, shouldSkip: true, verdict: { reasons: [{ code: 'STALE' }] } });
  expect(answer.warning).toMatch(/may have missed the newest opt-outs/);
  const { reply } = await receive(await world.as('INTEGRATOR'), contact.phone, 'STOP');
  expect(await authorize(dialer, { ...contact, grant: reply!.grant })).toMatchObject({
    isAuthorized: true,
    grantUsed: true,
  });
  const { nodes } = await attempts(staff, { phone: contact.phone });
  expect(nodes.map(({ decision, reasons }) => [decision, ...reasons])).toEqual([
    ['ALLOW', 'LISTED', 'STALE'],
    ['BLOCK', 'STALE'],
  ]);
});

test('R7: who may ask the gate, who sees attempts, and an AGENT sees their own alone', async () => {
  const world = await newEnvironment(server);
  for (const role of roles) {
    const client = await world.as(role);
    const ask = () => authorize(client, { phone: newPhone() });
    if ((rolesWith('contact:authorize') as readonly Role[]).includes(role)) await ask();
    else await expect(ask()).rejects.toThrow('FORBIDDEN');
  }
  const seen = async (role: Role) =>
    (await attempts(await world.as(role))).nodes.map(({ actor }) => actor?.name ?? null);
  expect(await seen('AUDITOR')).toHaveLength(5);
  expect(new Set(await seen('AUDITOR')).size).toBe(5);
  // Their own, and no name: that needs evidence:see.
  expect(await seen('AGENT')).toEqual([null]);
  for (const role of ['DIALER', 'INTEGRATOR', 'READ_ONLY'] as const)
    await expect(seen(role)).rejects.toThrow('attempt:see-own');

  const others = (await attempts(await world.as('AUDITOR'))).nodes;
  const agent = await world.as('AGENT');
  const nodes = await Promise.all(
    others.map(async ({ id }) => (await agent.expectOk('query ($id: ID!) { node(id: $id) { id } }', { id })).node),
  );
  expect(nodes.filter((node) => node !== null)).toHaveLength(1);
  // Invariant 8: another environment's id names nothing.
  const stranger = await (await newEnvironment(server)).as('ADMIN');
  for (const { id } of others)
    expect((await stranger.expectOk('query ($id: ID!) { node(id: $id) { id } }', { id })).node).toBeNull();
});
