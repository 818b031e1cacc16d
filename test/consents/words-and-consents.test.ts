import { beforeAll, expect, test } from 'vitest';
import { lift, list } from '../graphql/verdict-story.ts';
import { importFile } from '../imports/import-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { consents, record } from './consent-story.ts';

const RECEIVE = /* GraphQL */ `
  mutation ($input: ReceiveMessageInput!) {
    receiveMessage(input: $input) { userErrors { code message } }
  }
`;
const MESSAGES = /* GraphQL */ `
  query ($phone: String!) {
    consents(phone: $phone, isActive: true) {
      nodes { level purpose method evidence businessNumber message { text } }
    }
  }
`;

let server: Quietline;
let admin: Client;
beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
});

let messages = 0;
const nextPhone = () => `+1415555${String(1_000 + ++messages)}`;
const ours = '+14155550199';
const minute = (n: number) => `2026-03-04T09:0${n}:00Z`;

const say = (phone: string, body: string, at: number) =>
  admin.expectOk(RECEIVE, {
    input: { from: phone, to: ours, body, externalId: `m${++messages}`, receivedAt: minute(at) },
  });

test('seed 003, R4.9: a text gives implied consent for its conversation; START express consent, with the text as evidence', async () => {
  const phone = nextPhone();
  await say(phone, 'Are you open today?', 1);
  const given = async () => (await admin.expectOk(MESSAGES, { phone })).consents.nodes;
  const thread = { level: 'IMPLIED', purpose: 'CONVERSATIONAL', method: 'INBOUND_TEXT', businessNumber: ours };
  expect(await given()).toMatchObject([thread]);
  await say(phone, 'STOP', 2);
  expect(await given()).toEqual([]);
  await say(phone, 'START', 3);
  expect(await given()).toEqual([
    {
      level: 'EXPRESS',
      purpose: 'TRANSACTIONAL',
      method: 'INBOUND_TEXT',
      evidence: 'START',
      businessNumber: ours,
      message: { text: 'START' },
    },
  ]);
});

test('R4.9: every STOP ends the consents before it, also when the number is listed already', async () => {
  const phone = nextPhone();
  await say(phone, 'STOP', 1);
  await record(admin, phone, { givenAt: minute(2) });
  await say(phone, 'STOP', 3);
  expect((await consents(admin, { phone })).nodes).toMatchObject([{ endedBy: 'OPT_OUT' }]);
  // The newest one counts, not the one that listed the number.
  expect(await record(admin, phone, { givenAt: minute(2) })).toMatchObject({
    consent: { endedBy: 'OPT_OUT', endedAt: '2026-03-04T09:03:00.000Z' },
  });
});

test('R4.9: after their START, a consent from before the opt-out is still ended by it, and one from after it counts', async () => {
  const phone = nextPhone();
  await say(phone, 'STOP', 2);
  await say(phone, 'START', 4);
  const before = await record(admin, phone, { givenAt: minute(1) });
  expect(before).toMatchObject({ isOutranked: true, verdict: { decision: 'ALLOW' }, consent: { isActive: false } });
  const between = await record(admin, phone, { givenAt: minute(3) });
  expect(between).toMatchObject({ isOutranked: false, consent: { isActive: true } });
});

test('a sentence that waits for review ends no consent until somebody has confirmed it', async () => {
  const phone = nextPhone();
  await record(admin, phone, { givenAt: minute(1) });
  await say(phone, 'I am really tired of these messages', 2);
  const waiting = '{ entries(filterBy: { statuses: [PENDING] }) { nodes { id phone list { key } } } }';
  const { nodes } = (await admin.expectOk(waiting)).entries;
  expect(nodes.map(({ phone: of }: { phone: string }) => of)).toContain(phone);
  expect(await record(admin, phone, { givenAt: minute(1) })).toMatchObject({ consent: { isActive: true } });
  await admin.expectOk(
    'mutation ($ids: [ID!]!) { approveEntries(input: { entries: { ids: $ids } }) { changedCount userErrors { code } } }',
    { ids: nodes.map(({ id }: { id: string }) => id) },
  );
  expect((await consents(admin, { phone })).nodes).toMatchObject([{ endedBy: 'OPT_OUT' }, { endedBy: 'OPT_OUT' }]);
  expect(await record(admin, phone, { givenAt: minute(1) })).toMatchObject({ consent: { endedBy: 'OPT_OUT' } });
});

test('a STOP and a consent at once: whichever comes first, an older consent ends by it', async () => {
  const phones = Array.from({ length: 12 }, nextPhone);
  await Promise.all(phones.flatMap((phone) => [record(admin, phone, { givenAt: minute(1) }), say(phone, 'STOP', 2)]));
  for (const phone of phones) expect((await consents(admin, { phone })).nodes).toMatchObject([{ endedBy: 'OPT_OUT' }]);
});

const phone = '+14155550100';
const office = async () => (await newEnvironment(server)).as('COMPLIANCE');

/** An opt-out of theirs, carried over from another system (R4.6). */
async function optOut(by: Client, at: string) {
  const columns = { phone: 0, requestedAt: 1 };
  await importFile(server, by, `phone,date\n${phone},${at}\n`, { list: 'DNT', asOptOuts: true, columns });
}

test('R4.9: an opt-out ends every consent to texts that was given before it, and none to calls', async () => {
  const staff = await office();
  await record(staff, phone, { givenAt: '2026-03-01T09:00:00Z' });
  await record(staff, phone, { givenAt: '2026-03-01T09:00:00Z', channel: 'CALL' });
  await record(staff, phone, { givenAt: '2026-03-05T09:00:00Z' });
  await optOut(staff, '2026-03-04T09:00:00Z');
  expect((await consents(staff)).nodes).toMatchObject([
    { givenAt: '2026-03-05T09:00:00.000Z', endedBy: null },
    { channel: 'CALL', endedBy: null },
    { channel: 'SMS', endedBy: 'OPT_OUT' },
  ]);
});

test('R4.9: a consent that is older than the newest opt-out is kept as ended by it, and says so', async () => {
  const staff = await office();
  await optOut(staff, '2026-03-04T09:00:00Z');
  for (const givenAt of ['2026-03-01T09:00:00Z', '2026-03-04T09:00:00Z']) {
    const late = await record(staff, phone, { givenAt });
    expect(late).toMatchObject({ isNew: true, isOutranked: true, message: expect.stringContaining('not in effect') });
    expect(late.consent).toMatchObject({
      isActive: false,
      sufficesFor: [],
      endedAt: '2026-03-04T09:00:00.000Z',
      endedBy: 'OPT_OUT',
    });
  }
  expect(await record(staff, phone, { channel: 'CALL', givenAt: '2026-03-01T09:00:00Z' })).toMatchObject({
    isOutranked: false,
    consent: { isActive: true, sufficesFor: [] },
  });
});

test('R4.9: a consent never unblocks: a newer one is active, and outranked by the opt-out', async () => {
  const staff = await office();
  await optOut(staff, '2026-03-04T09:00:00Z');
  const newer = await record(staff, phone, { givenAt: '2026-03-05T09:00:00Z' });
  expect(newer).toMatchObject({
    isOutranked: true,
    message: expect.stringContaining('an opt-out outranks any consent'),
    verdict: { decision: 'BLOCK', reasons: [{ code: 'LISTED', listKey: 'DNT' }] },
    consent: { isActive: true, endedBy: null },
  });
});

test('a consent to calls is outranked by what blocks calls, and by that alone', async () => {
  const staff = await office();
  await list(staff, 'DNC', [phone]);
  expect(await record(staff, phone, { channel: 'CALL' })).toMatchObject({ isOutranked: true });
  await lift(staff, 'DNC', phone);
  expect(await record(staff, phone, { channel: 'CALL' })).toMatchObject({
    isOutranked: false,
    message: 'This consent to calls is recorded.',
  });
});
