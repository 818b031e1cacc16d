import { beforeAll, expect, test } from 'vitest';
import { type Attempt, attempts, authorize, list, newPhone } from '../gate/gate-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

let server: Quietline;
let staff: Client;
let dialer: Client;
/** In the order in which they were made. */
let made: Attempt[];
const listed = newPhone();

beforeAll(async () => {
  server = await startQuietline();
  const world = await newEnvironment(server);
  [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const admin = await world.as('ADMIN');
  await admin.expectOk(
    'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { message } } }',
    { input: { key: 'spring', name: 'Spring' } },
  );
  await list(staff, 'DNC', [listed]);
  await list(staff, 'DNT', [listed]);
  const contacts = [
    { phone: listed },
    { phone: newPhone(), dialingMode: 'CALLBACK', agent: 'ann' },
    { phone: listed, channel: 'SMS', agent: 'ann' },
    { phone: newPhone(), channel: 'SMS', dialingMode: 'CAMPAIGN', campaign: 'spring' },
    { phone: listed, dialingMode: 'CAMPAIGN', campaign: 'spring', agent: 'ann' },
    { phone: listed, direction: 'INBOUND', dialingMode: 'API' },
    { phone: newPhone(), direction: 'INBOUND', channel: 'SMS', dialingMode: 'API' },
  ] as const;
  for (const contact of contacts) await authorize(dialer, contact);
  made = [...(await attempts(staff)).nodes].reverse();
});

/** Which of those that were made, by their place. */
const found = async (filterBy: object) =>
  (await attempts(staff, filterBy)).nodes.map(({ id }) => made.findIndex((attempt) => attempt.id === id));

test('newest first, at positions without a gap', () => {
  expect(made.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test.each([
  [{ decision: 'BLOCK' }, [4, 2, 0]],
  [{ decision: 'ALLOW', channel: 'CALL' }, [5, 1]],
  [{ lists: ['DNT'] }, [2]],
  [{ lists: ['DNT', 'DNC'] }, [4, 2, 0]],
  [{ lists: ['SPAM'] }, []],
  [{ campaigns: ['spring'] }, [4, 3]],
  [{ campaigns: ['spring'], decision: 'BLOCK' }, [4]],
  [{ agent: 'ann' }, [4, 2, 1]],
  [{ agent: 'ann', lists: ['DNC'] }, [4, 2]],
  [{ dialingModes: ['CALLBACK', 'API'] }, [6, 5, 1]],
  [{ direction: 'INBOUND' }, [6, 5]],
  [{ direction: 'INBOUND', channel: 'SMS' }, [6]],
  [{ phone: listed }, [5, 4, 2, 0]],
  [{ phone: listed.slice(2), direction: 'OUTBOUND', agent: 'ann' }, [4, 2]],
  [{ phone: '+14155559999' }, []],
  [{ at: { to: '2020-01-01T00:00:00Z' } }, []],
  [{ at: { from: '2020-01-01T00:00:00Z' }, lists: ['DNC'] }, [4, 2, 0]],
] as const)('%j', async (filterBy, expected) => {
  expect(await found(filterBy)).toEqual(expected);
  const { totalCount, totalCountIsExact } = await attempts(staff, filterBy);
  expect([totalCount, totalCountIsExact]).toEqual([expected.length, true]);
});

test('a span of time takes its beginning and leaves out its end', async () => {
  const [from, to] = [made[2]!.at, made[5]!.at];
  const inside = made.flatMap(({ at }, n) => (at >= from && at < to ? [n] : [])).reverse();
  expect(await found({ at: { from, to } })).toEqual(inside);
  expect(await found({ at: { from, to }, decision: 'BLOCK' })).toEqual(inside.filter((n) => made[n]!.isBlocked));
});

test('pages go forwards and back, and fit together', async () => {
  for (const filterBy of [null, { lists: ['DNC', 'DNT'] }, { decision: 'ALLOW' }, { phone: listed }]) {
    const all = (await attempts(staff, filterBy)).nodes.map(({ id }) => id);
    const walked: string[] = [];
    let page = await attempts(staff, filterBy, { first: 2 });
    const first = page;
    for (;;) {
      walked.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) break;
      page = await attempts(staff, filterBy, { first: 2, after: page.pageInfo.endCursor });
    }
    expect(walked).toEqual(all);
    const back = await attempts(staff, filterBy, { last: 100, before: page.pageInfo.startCursor });
    expect(back.nodes.map(({ id }) => id)).toEqual(all.slice(0, all.length - page.nodes.length));
    expect(first.pageInfo.hasPreviousPage).toBe(false);
  }
});

test('what cannot be meant is an error that names its field', async () => {
  for (const filterBy of [{ phone: ' ' }, { agent: '' }, { lists: ['NONE'] }, { campaigns: ['none'] }])
    await staff.expectError('BAD_USER_INPUT', 'query ($f: AttemptFilter) { attempts(filterBy: $f) { totalCount } }', {
      f: filterBy,
    });
});

test('no attempt is lost, and that is told', async () => {
  expect((await attempts(staff)).lostCount).toBe(0);
});
