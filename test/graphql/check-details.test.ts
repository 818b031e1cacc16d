import { beforeAll, expect, test } from 'vitest';
import { record } from '../consents/consent-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { enforceConsent, twoCampaigns } from './campaign-story.ts';
import { list, moment, phoneOf } from './verdict-story.ts';

let server: Quietline;
let admin: Client;
let agent: Client;

beforeAll(async () => {
  server = await startQuietline();
  const world = await newEnvironment(server);
  admin = await world.as('ADMIN');
  agent = await world.as('AGENT');
});

const CHECK = /* GraphQL */ `
  query Check($phone: String, $direction: Direction, $channel: Channel!, $campaign: String, $messageType: MessageType, $businessNumber: String, $text: String, $at: DateTime) {
    check(phone: $phone, direction: $direction, channel: $channel, campaign: $campaign, messageType: $messageType, businessNumber: $businessNumber, text: $text, at: $at) {
      decision message campaignKey
      reasons { code listKey }
      warnings { code message }
      consent { messageType required isSufficient }
      firstMessage { missing }
    }
  }
`;
const BATCH = /* GraphQL */ `
  query Batch($input: CheckBatchInput!) {
    checkBatch(input: $input) {
      allowedCount blockedCount campaignKey withoutConsent
      warnings { code }
      blocked { index lists reasons { code } }
    }
  }
`;
const ask = async (by: Client, phone: string, more: object = {}) =>
  (await by.expectOk(CHECK, { phone, channel: 'SMS', ...more })).check;

test('R3.1: a custom list that is attached to a campaign counts for it; an unknown campaign is warned of', async () => {
  await twoCampaigns(admin);
  await list(admin, 'NO_SPRING', [phoneOf(1)]);
  const call = (campaign?: string) => ask(agent, phoneOf(1), { channel: 'CALL', campaign });
  expect(await call('spring')).toMatchObject({
    decision: 'BLOCK',
    campaignKey: 'spring',
    reasons: [{ listKey: 'NO_SPRING' }],
    warnings: [],
  });
  expect(await call('summer')).toMatchObject({ decision: 'ALLOW', campaignKey: 'summer', reasons: [] });
  expect(await call()).toMatchObject({ decision: 'BLOCK', campaignKey: null, warnings: [] });
  const unknown = await call('autumn');
  expect(unknown).toMatchObject({ decision: 'BLOCK', campaignKey: null, warnings: [{ code: 'UNKNOWN_CAMPAIGN' }] });
  expect(unknown.warnings[0].message).toBe(
    'The campaign is not known here, or is archived, so every list was counted. Look at its key.',
  );

  const batch = async (campaign: string) => {
    const input = { channel: 'CALL', campaign, numbers: [{ phone: phoneOf(1) }, { phone: phoneOf(2) }] };
    const { blockedCount, campaignKey, warnings } = (await agent.expectOk(BATCH, { input })).checkBatch;
    return [blockedCount, campaignKey, warnings.length];
  };
  expect(await batch('spring')).toEqual([1, 'spring', 0]);
  expect(await batch('summer')).toEqual([0, 'summer', 0]);
  expect(await batch('autumn')).toEqual([1, null, 1]);
});

test('seed 003: each kind of text with the consent that it needs, and one step less', async () => {
  const rows = [
    { messageType: 'TRANSACTIONAL', required: 'EXPRESS', given: { level: 'EXPRESS', purpose: 'TRANSACTIONAL' } },
    {
      messageType: 'PROMOTIONAL',
      required: 'EXPRESS_WRITTEN',
      given: { level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', evidence: 'https://example.com/form/17' },
    },
    {
      messageType: 'CONVERSATIONAL',
      required: 'IMPLIED',
      given: {
        level: 'IMPLIED',
        purpose: 'CONVERSATIONAL',
        method: 'INBOUND_TEXT',
        businessNumber: '+14155559001',
      },
    },
  ];
  for (const [n, { messageType, required, given }] of rows.entries()) {
    const phone = phoneOf(10 + n);
    const before = await ask(agent, phone, { messageType });
    expect(before.consent).toEqual({ messageType, required, isSufficient: false });
    expect(before).toMatchObject({ decision: 'ALLOW', warnings: [{ code: 'CONSENT_INSUFFICIENT' }] });
    const free = await moment();
    await record(admin, phone, given);
    const after = await ask(agent, phone, { messageType });
    expect(after).toMatchObject({ decision: 'ALLOW', warnings: [], consent: { messageType, isSufficient: true } });
    const past = await ask(admin, phone, { messageType, at: free });
    expect(past.consent).toEqual({ messageType, required, isSufficient: false });
  }
  // One step less: what was agreed to for orders is no consent to offers.
  expect((await ask(agent, phoneOf(10), { messageType: 'PROMOTIONAL' })).consent.isSufficient).toBe(false);
  const inThread = async (businessNumber: string) =>
    (await ask(agent, phoneOf(12), { messageType: 'CONVERSATIONAL', businessNumber })).consent.isSufficient;
  expect([await inThread('(415) 555-9001'), await inThread('+14155559002')]).toEqual([true, false]);
});

test('consentEnforcement: a warning, a reason with a sentence to read out, or neither', async () => {
  const phone = phoneOf(20);
  const promotional = () => ask(agent, phone, { messageType: 'PROMOTIONAL' });
  const batch = async () => {
    const input = { channel: 'SMS', messageType: 'PROMOTIONAL', numbers: [{ phone }] };
    return (await agent.expectOk(BATCH, { input })).checkBatch;
  };
  expect((await promotional()).warnings).toEqual([
    {
      code: 'CONSENT_INSUFFICIENT',
      message:
        'No express written consent to promotional texts is on file. Ask for consent and record it before you text.',
    },
  ]);
  expect(await batch()).toMatchObject({ allowedCount: 1, withoutConsent: [0] });

  await enforceConsent(admin, 'BLOCK');
  expect(await promotional()).toMatchObject({
    decision: 'BLOCK',
    reasons: [{ code: 'CONSENT_INSUFFICIENT', listKey: null }],
    warnings: [],
    message: `Do not text ${phone}: no express written consent to promotional texts is on file. Ask for consent and record it, then check again.`,
  });
  expect(await batch()).toMatchObject({
    blockedCount: 1,
    withoutConsent: [0],
    blocked: [{ index: 0, lists: [], reasons: [{ code: 'CONSENT_INSUFFICIENT' }] }],
  });

  await enforceConsent(admin, 'OFF');
  expect(await promotional()).toMatchObject({
    decision: 'ALLOW',
    reasons: [],
    warnings: [],
    consent: { isSufficient: false },
  });
  await enforceConsent(admin, 'WARN');
  expect(await ask(agent, phone)).toMatchObject({ consent: null, warnings: [] });
});

test("seed 003: the first text is looked at when it is passed; the seed's own example lacks exactly the frequency", async () => {
  const text =
    "Hi Sarah, this is Dr. Smith's office. We'll send appointment reminders and follow-ups to this number. Reply STOP to opt out. Msg & data rates may apply.";
  expect((await ask(agent, phoneOf(30), { text })).firstMessage).toEqual({ missing: ['FREQUENCY'] });
  expect((await ask(agent, phoneOf(30))).firstMessage).toBeNull();
  expect((await ask(agent, phoneOf(30), { text, channel: 'CALL' })).firstMessage).toBeNull();
});

test('what does not belong together is refused', async () => {
  const phone = phoneOf(1);
  const refused = async (variables: object) =>
    (await admin.expectError('BAD_USER_INPUT', CHECK, { phone, channel: 'SMS', ...variables })).errors[0]?.message;
  expect(await refused({ channel: 'CALL', messageType: 'PROMOTIONAL' })).toMatch(/^Only an outbound SMS/);
  expect(await refused({ direction: 'INBOUND', messageType: 'PROMOTIONAL' })).toMatch(/^Only an outbound SMS/);
  expect(await refused({ text: 'Hi', at: '2026-03-03T00:00:00Z' })).toMatch(/at or text/);
  expect(await refused({ text: 'x'.repeat(10_001) })).toMatch(/at most 10000 characters/);
  const input = { channel: 'CALL', messageType: 'PROMOTIONAL', numbers: [{ phone }] };
  await agent.expectError('BAD_USER_INPUT', BATCH, { input });
});
