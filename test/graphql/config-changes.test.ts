import { beforeAll, expect, test } from 'vitest';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  createCampaign,
  createList,
  createWebhook,
  saveDisposition,
  updateCampaign,
  updateList,
} from './config-story.ts';
import { add, numbers } from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const FOLLOW = /* GraphQL */ `
  subscription Follow($after: ChangeCursor) {
    entryChanges(after: $after) {
      __typename
      ... on ChangeBatch {
        cursor
        changes { phone list { key campaigns } blocked { outboundCall } standings { list { key campaigns isEnabled } } }
        consentChanges { phone }
        listChanges { list { key campaigns isEnabled } }
        campaignChanges { at campaign { key name optOutDetection phrases ivrOptOutKeys isEnabled } }
        settingChanges { settings { enforcePending } }
      }
      ... on Bookmark { cursor }
    }
  }
`;

// biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
type Message = any;

async function story() {
  const world = await newEnvironment(server);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const { environment } = await dialer.expectOk('{ environment { changeCursor } }');
  const follow = (after = environment.changeCursor) => dialer.subscribe<Message>(FOLLOW, { after });
  return { world, staff, follow };
}

test('campaigns reach a follower whole, and lists name those that they count for (R3.1, R5.1)', async () => {
  const { staff, follow } = await story();
  const stream = follow();
  await stream.next();
  await createCampaign(staff, 'spring', { phrases: ['drop me'], optOutDetection: false });
  const spring = { key: 'spring', name: 'Campaign spring', optOutDetection: false, ivrOptOutKeys: null };
  expect((await stream.next()).entryChanges).toMatchObject({
    changes: [],
    campaignChanges: [{ campaign: { ...spring, phrases: ['drop me'], isEnabled: true } }],
  });
  await createCampaign(staff, 'autumn', { ivrOptOutKeys: ['9'] });
  expect((await stream.next()).entryChanges.campaignChanges[0].campaign).toMatchObject({ ivrOptOutKeys: ['9'] });
  await createList(staff, 'VIP', { campaigns: ['autumn', 'spring'] });
  expect((await stream.next()).entryChanges).toMatchObject({
    listChanges: [{ list: { key: 'VIP', campaigns: ['spring', 'autumn'], isEnabled: true } }],
    campaignChanges: [],
  });
  await updateCampaign(staff, 'spring', { isEnabled: false });
  expect((await stream.next()).entryChanges.campaignChanges).toMatchObject([
    { campaign: { ...spring, phrases: ['drop me'], isEnabled: false } },
  ]);
});

test('a number on a list of some campaigns is told with them, as of its position, however late it is read (R5.2)', async () => {
  const { staff, follow } = await story();
  const [first, second] = numbers(2) as [string, string];
  await createCampaign(staff, 'spring');
  const cursor = await createList(staff, 'VIP', { campaigns: ['spring'] });
  await add(staff, [first], { list: 'VIP' });
  await updateList(staff, 'VIP', { campaigns: [] });
  await add(staff, [second], { list: 'VIP' });
  await updateCampaign(staff, 'spring', { isEnabled: false });

  for (const [after, isRest] of [
    [undefined, false],
    [cursor, true],
  ] as const) {
    const stream = follow(after);
    await stream.next();
    const told: unknown[] = [];
    while (told.length < (isRest ? 4 : 6)) {
      const { entryChanges: message } = await stream.next();
      if (message.__typename !== 'ChangeBatch') continue;
      const { changes, listChanges, campaignChanges } = message;
      // Numbers and configuration never share a message, so the order of messages is the log's (PROTOCOL.md 30a).
      expect(changes.length === 0 || listChanges.length + campaignChanges.length === 0).toBe(true);
      for (const { campaign } of campaignChanges) told.push(`campaign ${campaign.isEnabled}`);
      for (const { list } of listChanges) told.push(`list of ${list.campaigns}`);
      for (const { blocked, list, standings } of changes)
        told.push([blocked.outboundCall, list.campaigns, standings[0].list.campaigns]);
    }
    const rest = [[true, ['spring'], ['spring']], 'list of ', [true, [], []], 'campaign false'];
    expect(told).toEqual(isRest ? rest : ['campaign true', 'list of spring', ...rest]);
  }
});

test('keys, dispositions and endpoints move the cursor and say nothing (PROTOCOL.md 38)', async () => {
  const { world, staff, follow } = await story();
  const stream = follow();
  await stream.next();
  const cursor = await saveDisposition(staff, 'Do not call again');
  await world.withNewKey('AGENT');
  await createWebhook(staff, 'Our gateway');
  const [phone] = numbers(1) as [string];
  const added = await add(staff, [phone]);
  const seen: Message[] = [];
  while (seen.at(-1)?.cursor !== added.cursor) seen.push((await stream.next()).entryChanges);
  expect(seen.filter(({ __typename }) => __typename === 'ChangeBatch')).toMatchObject([
    { changes: [{ phone }], listChanges: [], campaignChanges: [], settingChanges: [], consentChanges: [] },
  ]);
  // From the disposition's own cursor nothing of it comes again.
  const rest = follow(cursor);
  await rest.next();
  expect((await rest.next()).entryChanges).toMatchObject({ changes: [{ phone }] });
});
