import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { record } from '../consents/consent-story.ts';
import { enforceConsent, twoCampaigns } from '../graphql/campaign-story.ts';
import { list, phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { scrubbed, startScrubDocument, upload } from './scrub-story.ts';

let server: Quietline;
let admin: Client;

const REPORT = /* GraphQL */ `
  query ($id: ID!) { task(id: $id) { scrub { campaignKey messageType withoutConsentCount warnings { code message } summary } } }
`;

beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
  await twoCampaigns(admin);
  await list(admin, 'NO_SPRING', [phoneOf(1)]);
});

const lines = (phones: readonly string[]) => phones.map((phone) => `${phone}\n`).join('');

async function scrub(phones: readonly string[], input: object) {
  const { task, callable, blocked } = await scrubbed(server, admin, lines(phones), { hasHeader: false, ...input });
  const { scrub: report } = (await admin.expectOk(REPORT, { id: task.id })).task;
  return { callable: callable.split('\n').filter(Boolean), blocked: parse(blocked) as string[][], report };
}

test('R3.1: a file is split for one campaign; one that is unknown refuses nothing and is warned of', async () => {
  const [listed, free] = [phoneOf(1), phoneOf(2)];
  const spring = await scrub([listed, free], { campaign: 'spring' });
  expect(spring.callable).toEqual([free]);
  expect(spring.blocked.map(([phone, outcome, , lists]) => [phone, outcome, lists])).toEqual([
    [listed, 'BLOCKED', 'NO_SPRING'],
  ]);
  expect(spring.report).toMatchObject({
    campaignKey: 'spring',
    messageType: null,
    withoutConsentCount: null,
    warnings: [],
  });

  expect((await scrub([listed, free], { campaign: 'summer' })).callable).toEqual([listed, free]);

  const unknown = await scrub([listed, free], { campaign: 'autumn' });
  expect(unknown.callable).toEqual([free]);
  expect(unknown.report.warnings).toMatchObject([{ code: 'UNKNOWN_CAMPAIGN' }]);
  expect(unknown.report.summary).toMatch(/1 is blocked\. The campaign is not known here, or is archived/);
  expect((await scrub([free], { campaign: 'x\0'.repeat(300) })).callable).toEqual([free]);
});

test('seed 003: rows that lack consent are counted, and with consentEnforcement BLOCK they are blocked rows with why', async () => {
  const [agreed, silent, other] = [phoneOf(10), phoneOf(11), phoneOf(12)];
  await record(admin, agreed);
  const phones = [agreed, silent, other, 'nobody'];
  const asked = { channel: 'SMS', messageType: 'TRANSACTIONAL' };

  const warned = await scrub(phones, asked);
  expect(warned.callable).toEqual([agreed, silent, other]);
  expect(warned.report).toMatchObject({ messageType: 'TRANSACTIONAL', withoutConsentCount: 2, warnings: [] });
  expect(warned.report.summary).toMatch(/ 2 rows of those that may be contacted lack sufficient consent\.$/);

  await enforceConsent(admin, 'BLOCK');
  const strict = await scrub(phones, asked);
  expect(strict.callable).toEqual([agreed]);
  const lacks = (phone: string) =>
    `Do not text ${phone}: no express consent to transactional texts is on file. Ask for consent and record it, then check again.`;
  expect(strict.blocked.map(([phone, outcome, reason, lists]) => [phone, outcome, reason, lists])).toEqual([
    [silent, 'BLOCKED', lacks(silent), ''],
    [other, 'BLOCKED', lacks(other), ''],
    ['nobody', 'INVALID', expect.stringMatching(/can't be read/), ''],
  ]);
  expect(strict.report).toMatchObject({ withoutConsentCount: 0 });
  expect((await scrub(phones, { channel: 'SMS' })).callable).toEqual([agreed, silent, other]);
});

test('a message type for calls is refused', async () => {
  const id = await upload(server, admin, lines([phoneOf(1)]));
  const input = { upload: id, channel: 'CALL', messageType: 'PROMOTIONAL' };
  const { data } = await admin.expectError('INVALID_VALUE', startScrubDocument, { input });
  expect(data?.startScrub?.userErrors[0]).toMatchObject({ path: ['input', 'messageType'] });
});
