import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { createList, refusal, updateList } from '../lists/list-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const CAMPAIGN =
  'campaign { id key name optOutDetection phrases ivrOptOutKeys isEnabled lists { key } dispositions { name } }';
const CREATE = /* GraphQL */ `
  mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { ${CAMPAIGN} cursor userErrors { code message path } } }
`;
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateCampaignInput!) {
    updateCampaign(input: $input) { ${CAMPAIGN} isChanged cursor userErrors { code message path } }
  }
`;
const PAGE = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $isEnabled: Boolean) {
    campaigns(first: $first, after: $after, last: $last, before: $before, isEnabled: $isEnabled) {
      nodes { key }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const SPRING = { key: 'spring-2026', name: 'Spring' };

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

async function create(client: Client, input: object = {}) {
  return (await client.expectOk(CREATE, { input: { ...SPRING, ...input } })).createCampaign;
}

async function update(client: Client, input: object) {
  return (await client.expectOk(UPDATE, { input: { campaign: 'spring-2026', ...input } })).updateCampaign;
}

async function keys(client: Client, variables: object = {}) {
  const { campaigns } = await client.expectOk(PAGE, variables);
  return { keys: campaigns.nodes.map(({ key }: { key: string }) => key).join(' '), ...campaigns.pageInfo };
}

test('a campaign is listened to as it says, and obeys the lists that are for all or for it (R3.1)', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const { campaign } = await create(staff);
  expect(campaign).toEqual({
    id: expect.any(String),
    ...SPRING,
    optOutDetection: true,
    phrases: [],
    ivrOptOutKeys: null,
    isEnabled: true,
    lists: ['DNC', 'DNT', 'SPAM'].map((key) => ({ key })),
    dispositions: [],
  });
  await create(staff, { key: 'autumn', optOutDetection: false, phrases: [' leave us be '], ivrOptOutKeys: ['9', '9'] });
  await createList(staff, { key: 'FOR_ALL' });
  await createList(staff, { key: 'FOR_SPRING', campaigns: ['spring-2026', 'spring-2026'] });
  await createList(staff, { key: 'FOR_AUTUMN', campaigns: ['autumn'] });
  const { campaigns } = await (await world.as('READ_ONLY')).expectOk(
    `{ campaigns { nodes { key optOutDetection phrases ivrOptOutKeys lists { key campaigns { name } } } } }`,
  );
  expect(campaigns.nodes).toMatchObject([
    { key: 'autumn', optOutDetection: false, phrases: ['leave us be'], ivrOptOutKeys: ['9'] },
    { key: 'spring-2026', lists: [{}, {}, {}, { key: 'FOR_ALL', campaigns: [] }, { campaigns: [{ name: 'Spring' }] }] },
  ]);
  const { node } = await staff.expectOk('query ($id: ID!) { node(id: $id) { ... on Campaign { name } } }', {
    id: campaign.id,
  });
  expect(node).toEqual({ name: 'Spring' });
});

test('what is left out stays; null gives the phone menu back to the environment', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await create(staff, { phrases: ['leave us be'], ivrOptOutKeys: [] });
  expect(await update(staff, { name: 'Spring again', phrases: null })).toMatchObject({
    isChanged: true,
    campaign: { name: 'Spring again', phrases: ['leave us be'], ivrOptOutKeys: [], optOutDetection: true },
  });
  expect((await update(staff, { ivrOptOutKeys: ['*', '#'] })).campaign.ivrOptOutKeys).toEqual(['*', '#']);
  expect((await update(staff, { ivrOptOutKeys: null })).campaign.ivrOptOutKeys).toBeNull();
  expect(await update(staff, { ivrOptOutKeys: null, name: 'Spring again' })).toMatchObject({ isChanged: false });
});

test('an archived campaign keeps its lists, obeys every list, and is attached to no more', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await create(staff);
  await create(staff, { key: 'autumn' });
  await createList(staff, { campaigns: ['spring-2026'] });
  await createList(staff, { key: 'OTHER', campaigns: ['autumn'] });
  const { campaign } = await update(staff, { isEnabled: false });
  expect(campaign.isEnabled).toBe(false);
  expect(campaign.lists.map(({ key }: { key: string }) => key)).toEqual(['DNC', 'DNT', 'SPAM', 'NIGHT', 'OTHER']);
  expect((await keys(staff, { isEnabled: true })).keys).toBe('autumn');
  expect((await keys(staff, { isEnabled: false })).keys).toBe('spring-2026');
  const UPDATE_LIST =
    'mutation ($input: UpdateListInput!) { updateList(input: $input) { userErrors { code path message } } }';
  expect(await refusal(staff, UPDATE_LIST, { list: 'OTHER', campaigns: ['autumn', 'spring-2026'] })).toMatchObject({
    code: 'REFUSED',
    path: 'input.campaigns.1',
  });
  const { list } = await updateList(staff, { campaigns: ['spring-2026', 'autumn'] });
  expect(list.campaigns).toEqual([{ key: 'spring-2026' }, { key: 'autumn' }]);
});

test('what makes no campaign says why, at its input', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await create(staff, { key: 'there' });
  for (const [input, expected] of [
    [{ key: '' }, 'INVALID_VALUE input.key'],
    [{ key: 'spring 2026' }, 'INVALID_VALUE input.key'],
    [{ key: 'k'.repeat(65) }, 'INVALID_VALUE input.key'],
    [{ key: 'there' }, 'ALREADY_EXISTS input.key'],
    [{ name: '' }, 'REQUIRED input.name'],
    [{ phrases: ['stop it', 'no'] }, 'INVALID_VALUE input.phrases.1'],
    [{ phrases: ['…!?'] }, 'INVALID_VALUE input.phrases.0'],
    [{ phrases: ['p'.repeat(201)] }, 'TOO_LONG input.phrases.0'],
    [{ phrases: Array.from({ length: 101 }, (_, n) => `phrase ${n}`) }, 'TOO_MANY input.phrases'],
    [{ ivrOptOutKeys: ['9', '10'] }, 'INVALID_VALUE input.ivrOptOutKeys.1'],
  ] as const) {
    const { code, path } = await refusal(staff, CREATE, { ...SPRING, ...input });
    expect(`${code} ${path}`).toBe(expected);
  }
  expect((await keys(staff)).keys).toBe('there');
});

test('pages go by key, both ways, and a cursor belongs to its list', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  for (const key of ['c', 'a', 'd', 'b']) await create(staff, { key });
  const first = await keys(staff, { first: 3 });
  expect(first).toMatchObject({ keys: 'a b c', hasNextPage: true, hasPreviousPage: false });
  expect(await keys(staff, { first: 3, after: first.endCursor })).toMatchObject({ keys: 'd', hasNextPage: false });
  const last = await keys(staff, { last: 2 });
  expect(last).toMatchObject({ keys: 'c d', hasPreviousPage: true });
  expect((await keys(staff, { last: 2, before: last.startCursor })).keys).toBe('a b');
  await staff.expectError('INVALID_CURSOR', PAGE, { after: first.endCursor, isEnabled: true });
});

test('a retry makes no second campaign and changes nothing twice (P1.8)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const made = await create(staff, { idempotencyKey: 'make' });
  expect(await create(staff, { idempotencyKey: 'make' })).toEqual(made);
  const change = { name: 'First', idempotencyKey: 'change' };
  const { cursor } = await update(staff, change);
  await update(staff, { name: 'Second' });
  expect(await update(staff, change)).toMatchObject({ cursor, isChanged: true, campaign: { name: 'Second' } });
  await staff.expectError('IDEMPOTENCY_MISMATCH', UPDATE, {
    input: { campaign: 'spring-2026', ...change, name: 'Third' },
  });
});

test('ADMIN and COMPLIANCE may change campaigns, everybody with a role sees them (R7)', async () => {
  const world = await newEnvironment(server);
  await create(await world.as('ADMIN'));
  for (const role of roles.filter((role) => role !== 'ADMIN' && role !== 'COMPLIANCE')) {
    const client = await world.as(role);
    expect((await keys(client)).keys).toBe('spring-2026');
    for (const [document, input] of [
      [CREATE, { ...SPRING, key: 'other' }],
      [UPDATE, { campaign: 'spring-2026', isEnabled: false }],
    ] as const) {
      const { errors } = await client.expectError('FORBIDDEN', document, { input });
      expect(errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'campaign:manage' });
    }
  }
});

test("another environment's campaign is not there (invariant 8)", async () => {
  const world = await newEnvironment(server);
  const { campaign } = await create(await world.as('COMPLIANCE'));
  const sandbox = await world.sandbox.as('COMPLIANCE');
  expect((await keys(sandbox)).keys).toBe('');
  expect(await refusal(sandbox, UPDATE, { campaign: 'spring-2026', name: 'Mine' })).toMatchObject({
    code: 'NOT_FOUND',
    path: 'input.campaign',
  });
  expect((await sandbox.expectOk('{ campaign(key: "spring-2026") { id } }')).campaign).toBeNull();
  expect((await sandbox.expectOk('query ($id: ID!) { node(id: $id) { id } }', { id: campaign.id })).node).toBeNull();
});
