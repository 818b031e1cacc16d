import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { createCampaigns, refusal } from '../lists/list-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const SAVE = /* GraphQL */ `
  mutation ($input: SaveDispositionInput!) {
    saveDisposition(input: $input) {
      disposition { name addsToDnc campaign { key } }
      isChanged warning cursor userErrors { code message path }
    }
  }
`;
const REMOVE = /* GraphQL */ `
  mutation ($input: RemoveDispositionInput!) {
    removeDisposition(input: $input) { isRemoved cursor userErrors { code message path } }
  }
`;
const OF = 'query ($campaign: String) { dispositions(campaign: $campaign) { name addsToDnc campaign { key } } }';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

async function save(client: Client, name: string, addsToDnc: boolean, input: object = {}) {
  return (await client.expectOk(SAVE, { input: { name, addsToDnc, ...input } })).saveDisposition;
}

/** `Sold` for one that adds nobody, `+ DNC` for one that adds; `spring: DNC` for one of a campaign's own. */
async function namesOf(client: Client, campaign?: string) {
  const { dispositions } = await client.expectOk(OF, { campaign });
  return dispositions.map(
    ({ name, addsToDnc, campaign }: { name: string; addsToDnc: boolean; campaign: { key: string } | null }) =>
      `${addsToDnc ? '+ ' : ''}${campaign ? `${campaign.key}: ` : ''}${name}`,
  );
}

test("a name is there once, whatever its capitals; a campaign's own goes before the environment's", async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await createCampaigns(staff, 'spring');
  expect(await save(staff, ' Sold ', false)).toMatchObject({
    disposition: { name: 'Sold', addsToDnc: false, campaign: null },
    isChanged: true,
    warning: null,
  });
  await save(staff, 'Wrong number', true);
  expect(await save(staff, 'WRONG NUMBER', true)).toMatchObject({ isChanged: true });
  expect(await save(staff, 'WRONG NUMBER', true)).toMatchObject({ isChanged: false });
  await save(staff, 'wrong number', false, { campaign: 'spring' });
  await save(staff, 'Not now', false, { campaign: 'spring' });
  const agent = await world.as('AGENT');
  expect(await namesOf(agent)).toEqual(['Sold', '+ WRONG NUMBER']);
  expect(await namesOf(agent, 'spring')).toEqual(['spring: Not now', 'spring: wrong number', 'Sold']);
  const { campaign } = await agent.expectOk('{ campaign(key: "spring") { dispositions { name } } }');
  expect(campaign.dispositions).toEqual([{ name: 'Not now' }, { name: 'wrong number' }, { name: 'Sold' }]);
  expect(
    (await staff.expectOk(REMOVE, { input: { name: 'Wrong Number', campaign: 'spring' } })).removeDisposition,
  ).toMatchObject({ isRemoved: true });
  expect(await namesOf(agent, 'spring')).toEqual(['spring: Not now', 'Sold', '+ WRONG NUMBER']);
});

test('one that reads like a request to stop and adds nobody is saved with a warning (seed 001)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  expect((await save(staff, 'DNC', false)).warning).toContain('add nobody to DNC');
  expect((await save(staff, 'DNC', true)).warning).toBeNull();
  expect((await save(staff, 'No contact', false)).warning).toBeNull();
});

test('what is saved or removed wrongly says why, at its input', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await save(staff, 'Sold', false);
  await createCampaigns(staff, 'spring');
  for (const [document, input, expected] of [
    [SAVE, { name: ' ', addsToDnc: true }, 'REQUIRED input.name'],
    [SAVE, { name: 'n'.repeat(101), addsToDnc: true }, 'TOO_LONG input.name'],
    [SAVE, { name: 'Sold', addsToDnc: true, campaign: 'unknown' }, 'NOT_FOUND input.campaign'],
    [REMOVE, { name: 'Sold', campaign: 'spring' }, 'NOT_FOUND input.name'],
    [REMOVE, { name: 'Lost' }, 'NOT_FOUND input.name'],
  ] as const) {
    const { code, path } = await refusal(staff, document, input);
    expect(`${code} ${path}`).toBe(expected);
  }
  expect(await namesOf(staff)).toEqual(['Sold']);
  await staff.expectError('BAD_USER_INPUT', OF, { campaign: 'unknown' });
});

test('a retry replays: what was saved once is not saved again (P1.8)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const once = { idempotencyKey: 'once' };
  const first = await save(staff, 'DNC', false, once);
  expect(await save(staff, 'DNC', false, once)).toEqual(first);
  const remove = { name: 'DNC', idempotencyKey: 'once' };
  const removed = await staff.expectOk(REMOVE, { input: remove });
  expect(await staff.expectOk(REMOVE, { input: remove })).toEqual(removed);
  // What has gone since is not made again, and its id isn't another's.
  await save(staff, 'Sold', true);
  expect(await save(staff, 'DNC', false, once)).toMatchObject({ disposition: null, cursor: first.cursor });
  expect(await namesOf(staff)).toEqual(['+ Sold']);
});

test('ADMIN and COMPLIANCE may change dispositions, everybody with a role sees them (R7)', async () => {
  const world = await newEnvironment(server);
  await save(await world.as('ADMIN'), 'Sold', false);
  for (const role of roles.filter((role) => role !== 'ADMIN' && role !== 'COMPLIANCE')) {
    const client = await world.as(role);
    expect(await namesOf(client)).toEqual(['Sold']);
    await client.expectError('FORBIDDEN', SAVE, { input: { name: 'Sold', addsToDnc: true } });
    await client.expectError('FORBIDDEN', REMOVE, { input: { name: 'Sold' } });
  }
  expect(await namesOf(await world.sandbox.as('ADMIN'))).toEqual([]);
});
