import { beforeAll, expect, test } from 'vitest';
import { list } from '../graphql/verdict-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { codes, createCampaign, outcomes, report, saveDisposition, turns, updateSettings } from './call-story.ts';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

const phone = '+14155550100';
const REMOVE = /* GraphQL */ `
  mutation ($ids: [ID!]!, $reason: String!, $evidence: String) {
    removeEntries(input: { entries: { ids: $ids }, reason: $reason, evidence: $evidence }) {
      results { outcome refusal { code } }
      userErrors { code message }
    }
  }
`;
const newWorld = () => newEnvironment(server);

test('seed 001: "Add to DNC" from the actions menu when finalizing a call lists the number, as the agent\'s own act', async () => {
  const world = await newWorld();
  const agent = await world.as('AGENT');
  const call = { callId: 'call-7', agent: 'Pat', addToDnc: true };
  const answer = await report(agent, '(415) 555-0100', call);
  expect(outcomes(answer)).toEqual(['ADD_TO_DNC ADDED']);
  expect(answer).toMatchObject({ warnings: [], requests: [], cursor: expect.any(String) });
  expect(answer.verdict).toEqual({
    decision: 'BLOCK',
    isBlocked: true,
    reasons: [{ code: 'LISTED', listKey: 'DNC', source: 'CALL_ACTION' }],
  });
  const seen = await report(await world.as('COMPLIANCE'), phone, call);
  expect(seen.facts[0].entry).toMatchObject({
    phone,
    rawInput: '(415) 555-0100',
    status: 'APPROVED',
    source: 'CALL_ACTION',
    campaign: null,
    list: { key: 'DNC' },
    reason: 'Added to DNC by the agent on a call',
    evidence: 'Call call-7, agent Pat',
    createdBy: { kind: 'USER', actor: { name: 'Key of the AGENT' } },
  });
});

test('seed 001: a custom call status called DNC does not add a number, and the answer warns', async () => {
  const staff = await (await newWorld()).as('COMPLIANCE');
  await createCampaign(staff, 'spring');
  await saveDisposition(staff, 'Do not call', false);
  for (const disposition of ['DNC', 'do not call', 'Opted out']) {
    const answer = await report(staff, phone, { campaign: 'spring', disposition });
    expect(outcomes(answer)).toEqual(['DISPOSITION NOTHING']);
    expect(codes(answer)).toEqual(['DISPOSITION_ADDS_NOTHING']);
    expect(answer.warnings[0].message).toContain('addToDnc');
    expect(answer).toMatchObject({ verdict: { decision: 'ALLOW' }, facts: [{ entry: null }] });
  }
  const harmless = await report(staff, phone, { campaign: 'spring', disposition: 'Not interested' });
  expect([outcomes(harmless), codes(harmless)]).toEqual([['DISPOSITION NOTHING'], []]);
});

test('seed 001: numbers are added by call statuses that are configured to', async () => {
  const staff = await (await newWorld()).as('COMPLIANCE');
  await createCampaign(staff, 'spring');
  await saveDisposition(staff, 'Asked for removal');
  const answer = await report(staff, phone, { campaign: 'spring', disposition: 'ASKED FOR REMOVAL' });
  expect([outcomes(answer), codes(answer)]).toEqual([['DISPOSITION ADDED'], []]);
  expect(answer.facts[0].entry).toMatchObject({
    status: 'APPROVED',
    source: 'DISPOSITION',
    campaign: { key: 'spring' },
    reason: 'The call ended as "Asked for removal"',
    createdBy: { kind: 'SYSTEM', actor: { name: 'Quietline' } },
  });
  expect(answer.verdict.isBlocked).toBe(true);
});

test("a campaign's own disposition goes before the environment's of the same name", async () => {
  const staff = await (await newWorld()).as('COMPLIANCE');
  for (const key of ['spring', 'autumn']) await createCampaign(staff, key);
  await saveDisposition(staff, 'Removal');
  await saveDisposition(staff, 'Removal', false, 'spring');
  const said = { disposition: 'Removal' };
  expect(outcomes(await report(staff, phone, { ...said, campaign: 'spring' }))).toEqual(['DISPOSITION NOTHING']);
  expect(outcomes(await report(staff, phone, { ...said, campaign: 'autumn' }))).toEqual(['DISPOSITION ADDED']);
});

test('seed 001: contacts put themselves on the list with a single key press in a phone menu', async () => {
  const staff = await (await newWorld()).as('COMPLIANCE');
  await createCampaign(staff, 'spring');
  await createCampaign(staff, 'autumn', { ivrOptOutKeys: ['3'] });
  await createCampaign(staff, 'winter', { ivrOptOutKeys: [] });
  const pressed = (ivrKey: string, campaign: string, number = phone) =>
    report(staff, number, { direction: 'INBOUND', ivrKey, campaign });
  expect(codes(await pressed('9', 'spring'))).toEqual(['NO_OPT_OUT_KEYS']);
  await updateSettings(staff, { ivrOptOutKeys: ['9'] });
  expect(outcomes(await pressed('1', 'spring'))).toEqual(['IVR_KEY NOTHING']);
  expect(outcomes(await pressed('9', 'autumn'))).toEqual(['IVR_KEY NOTHING']);
  expect(outcomes(await pressed('9', 'winter'))).toEqual(['IVR_KEY NOTHING']);
  const answer = await pressed('9', 'spring');
  expect([outcomes(answer), codes(answer)]).toEqual([['IVR_KEY ADDED'], []]);
  expect(answer.facts[0].entry).toMatchObject({
    status: 'APPROVED',
    source: 'IVR',
    reason: 'Pressed 9 in the phone menu to opt out',
    createdBy: { kind: 'SYSTEM' },
  });
  expect(outcomes(await pressed('3', 'autumn', '+14155550101'))).toEqual(['IVR_KEY ADDED']);
});

test('seed 001: to remove a number takes the permission and a reason; of a call, the evidence too (R1.4)', async () => {
  const world = await newWorld();
  const staff = await world.as('COMPLIANCE');
  const { facts } = await report(staff, phone, {
    addToDnc: true,
    transcript: turns("CONTACT: please don't call me again"),
  });
  const ids = facts.map(({ entry }: { entry: { id: string } }) => entry.id);
  await (await world.as('AGENT')).expectError('FORBIDDEN', REMOVE, { ids, reason: 'Changed their mind' });
  const remove = async (more: object) => (await staff.expectOk(REMOVE, { ids, ...more })).removeEntries.results;
  await staff.expectError('REQUIRED', REMOVE, { ids, reason: ' ', evidence: 'Letter 7' });
  expect(await remove({ reason: 'Changed their mind' })).toMatchObject([
    { outcome: 'REFUSED' },
    { outcome: 'REFUSED' },
  ]);
  expect(await remove({ reason: 'Changed their mind', evidence: 'Letter 7' })).toMatchObject([
    { outcome: 'CHANGED' },
    { outcome: 'CHANGED' },
  ]);
  expect((await report(staff, phone, { disposition: 'Sold' })).verdict.isBlocked).toBe(false);
});

test('the list works at company level: what one agent adds, and what is there already, blocks for all', async () => {
  const world = await newWorld();
  await list(await world.as('ADMIN'), 'DNC', [phone]);
  const answer = await report(await world.as('DIALER'), phone, { addToDnc: true });
  expect(outcomes(answer)).toEqual(['ADD_TO_DNC ADDED']);
  expect(outcomes(await report(await world.as('AGENT'), phone, { addToDnc: true }))).toEqual([
    'ADD_TO_DNC ALREADY_LISTED',
  ]);
});
