import { beforeAll, expect, test } from 'vitest';
import { record as consent, revoke } from '../consents/consent-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  createCampaign,
  createList,
  createWebhook,
  receive,
  saveDisposition,
  updateCampaign,
  updateList,
} from './config-story.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const CHANGE = /* GraphQL */ `
  fragment Told on Change {
    kind position phone operation
    details { name before after }
    before { campaign { key } message { id text } }
    after { campaign { key } businessNumber message { id text } }
    changed reason evidence
    entry { id }
    consent { id endedAt }
    list { key }
  }
`;

const LOG = `${CHANGE} query ($filterBy: AuditFilter) { auditLog(filterBy: $filterBy, first: 100) { nodes { ...Told } } }`;
const HISTORY = `${CHANGE} query ($phone: String!, $first: Int, $after: String) {
  number(phone: $phone) { history(first: $first, after: $after) { nodes { ...Told } pageInfo { hasNextPage endCursor } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
type Told = any;

const log = async (by: Client, filterBy: object): Promise<Told[]> =>
  (await by.expectOk(LOG, { filterBy })).auditLog.nodes;

/** What is told of a change, by name: what it is, or what it was and became. */
const told = ({ details }: Told) =>
  Object.fromEntries(
    details.map(({ name, before, after }: Told) => [name, before === after ? after : [before, after]]),
  );

async function story() {
  const world = await newEnvironment(server);
  return { world, staff: await world.as('COMPLIANCE'), auditor: await world.as('AUDITOR') };
}

const phone = '+14155550171';

test('a consent tells what was agreed and how it is shown; its end tells which one it was (R4.9, R5.1)', async () => {
  const { staff, auditor } = await story();
  const given = { evidence: 'https://forms.example/7', givenAt: '2026-03-04T05:06:07Z' };
  const {
    consent: { id },
  } = await consent(staff, phone, { ...given, businessNumber: '+14155550100' });
  await revoke(staff, phone, { revokedAt: '2026-03-05T00:00:00Z' });
  const [ended, begun, ...more] = await log(auditor, { kinds: ['CONSENT'] });
  expect(more).toEqual([]);
  const was = {
    id: expect.any(String),
    channel: 'SMS',
    level: 'EXPRESS',
    purpose: 'TRANSACTIONAL',
    method: 'WEB_FORM',
    businessNumber: '+14155550100',
    givenAt: '2026-03-04T05:06:07.000Z',
  };
  expect(told(begun)).toEqual(Object.fromEntries(Object.entries(was).map(([name, value]) => [name, [null, value]])));
  expect(told(ended)).toEqual({ ...was, endedAt: [null, '2026-03-05T00:00:00.000Z'], endedBy: [null, 'REVOKED'] });
  const about = { phone, entry: null, list: null, before: null, after: null, changed: [] };
  const itself = { id, endedAt: '2026-03-05T00:00:00.000Z' };
  expect(begun).toMatchObject({ ...about, operation: 'recordConsent', evidence: given.evidence, consent: itself });
  expect(ended).toMatchObject({ ...about, operation: 'revokeConsent', evidence: null, consent: itself });
});

test("a number's consents belong to its history, and to what is found by it, in order and page by page", async () => {
  const { world, staff, auditor } = await story();
  await consent(staff, phone);
  await receive(await world.as('INTEGRATOR'), phone, 'STOP');
  await consent(staff, phone, { channel: 'CALL' });
  await consent(staff, '+14155550172');
  const found = await log(auditor, { number: phone });
  const kinds = ['CONSENT', 'CONSENT', 'ENTRY_ADDED', 'ENTRY_ADDED', 'CONSENT'];
  expect(found.map(({ kind }) => kind)).toEqual(kinds);
  expect(new Set(found.map((change) => change.phone))).toEqual(new Set([phone]));
  expect(told(found[1])).toMatchObject({ endedBy: [null, 'OPT_OUT'] });
  const pages: Told[] = [];
  let page: Told = { pageInfo: { endCursor: null, hasNextPage: true } };
  while (page.pageInfo.hasNextPage) {
    page = (await auditor.expectOk(HISTORY, { phone, first: 2, after: page.pageInfo.endCursor })).number.history;
    pages.push(...page.nodes);
  }
  expect(pages).toEqual(found);
  expect(await log(auditor, { number: phone, kinds: ['CONSENT'], operation: 'recordConsent' })).toHaveLength(2);
  expect(await log(auditor, { number: phone, lists: ['DNT'] })).toMatchObject([{ kind: 'ENTRY_ADDED' }]);
});

test('an entry tells the campaign and the message that it came by (R4.1, R1.8)', async () => {
  const { world, auditor, staff } = await story();
  await createCampaign(staff, 'spring');
  await receive(await world.as('INTEGRATOR'), phone, 'Stop texting me', { campaign: 'spring' });
  const [added] = await log(auditor, { number: phone, lists: ['DNT'] });
  expect(added).toMatchObject({
    kind: 'ENTRY_ADDED',
    after: { campaign: { key: 'spring' }, businessNumber: '+14155550100', message: { text: 'Stop texting me' } },
    changed: expect.arrayContaining(['campaign', 'message']),
  });
});

test('configuration tells what it altered, campaigns by their keys', async () => {
  const { auditor, staff } = await story();
  await createCampaign(staff, 'spring', { phrases: ['drop me'] });
  await createCampaign(staff, 'autumn');
  await updateCampaign(staff, 'spring', { ivrOptOutKeys: ['9'], isEnabled: false });
  await createList(staff, 'VIP', { campaigns: ['autumn'] });
  await updateList(staff, 'VIP', { campaigns: [] });
  await saveDisposition(staff, 'Angry', { campaign: 'autumn' });
  await createWebhook(staff, 'Our gateway', { secret: 'a-secret-of-sixteen' });
  const all = await log(auditor, { kinds: ['CAMPAIGN', 'LIST', 'DISPOSITION', 'WEBHOOK'] });
  expect(JSON.stringify(all)).not.toContain('a-secret');
  const [webhook, disposition, detached, made, archived, autumn] = all.map(told);
  expect(webhook).toMatchObject({ kind: [null, 'GENERIC'], name: [null, 'Our gateway'] });
  expect(disposition).toMatchObject({ name: [null, 'Angry'], campaign: [null, 'autumn'], addsToDnc: [null, 'true'] });
  expect(detached).toEqual({ id: '4', key: 'VIP', name: 'List VIP', campaigns: ['autumn', ''] });
  expect(made).toMatchObject({ campaigns: [null, 'autumn'], blocks: [null, 'OUTBOUND CALL'] });
  expect(archived).toEqual({
    id: '1',
    key: 'spring',
    name: 'Campaign spring',
    ivrOptOutKeys: [null, '["9"]'],
    enabled: ['true', 'false'],
  });
  expect(autumn).toMatchObject({ key: [null, 'autumn'], phrases: [null, '[]'], enabled: [null, 'true'] });
});
