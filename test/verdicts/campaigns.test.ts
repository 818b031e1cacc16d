import { beforeAll, describe, expect, test } from 'vitest';
import { checkAt } from '../../src/domain/verdicts/check-past.ts';
import { type Node, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
  await node.defineCampaign(1, 'spring');
  await node.defineCampaign(2, 'summer');
  await node.defineList({ id: 10, key: 'SPRING', name: 'Spring', blocks: 1, enabled: true, campaigns: [1] });
});

const call = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const check = (on: Node, phone: string, campaign?: string | null) =>
  on.verdicts.check(on.viewer, { ...call, phone, campaign });
const heard = async (on: Node, phone: string, campaign?: string | null) => {
  const answer = await check(on, phone, campaign);
  return [told(answer), answer.campaign?.key ?? null, ...answer.warnings.map(({ code }) => code)].join(' ');
};

test('R3.1: a list that is attached to campaigns counts for them, and where no campaign is named', async () => {
  const phone = '+14152000001';
  await node.list(10, [phone]);
  // As followed, and as loaded from the tables by a node that was started just now.
  for (const on of [node, await node.another()]) {
    expect(await heard(on, phone, 'spring')).toBe('BLOCK LISTED 10 spring');
    expect(await heard(on, phone, 'summer')).toBe('ALLOW summer');
    expect(await heard(on, phone)).toBe('BLOCK LISTED 10 ');
    expect(await heard(on, phone, null)).toBe('BLOCK LISTED 10 ');
  }
  await node.list('DNC', [phone]);
  expect(await heard(node, phone, 'summer')).toBe('BLOCK LISTED 1 summer');
});

test('R3.1: with a campaign that is unknown or archived every list counts, and the answer warns', async () => {
  const phone = '+14152000002';
  await node.list(10, [phone]);
  expect(await heard(node, phone, 'autumn')).toBe('BLOCK LISTED 10  UNKNOWN_CAMPAIGN');
  expect(await heard(node, '+14152000003', 'Spring')).toBe('ALLOW  UNKNOWN_CAMPAIGN');
  expect(await heard(node, '911', 'autumn')).toBe('ALLOW EMERGENCY_NUMBER  UNKNOWN_CAMPAIGN');
  await node.defineCampaign(3, 'winter');
  expect(await heard(node, phone, 'winter')).toBe('ALLOW winter');
  await node.defineCampaign(3, 'winter', false);
  for (const on of [node, await node.another()])
    expect(await heard(on, phone, 'winter')).toBe('BLOCK LISTED 10  UNKNOWN_CAMPAIGN');
});

test('P2.1: attaching a list to another campaign alters the verdicts at once', async () => {
  const phone = '+14152000004';
  const list = { id: 11, key: 'MOVED', name: 'Moved', blocks: 1, enabled: true, campaigns: [1] };
  await node.defineList(list);
  await node.list(11, [phone]);
  expect(await heard(node, phone, 'summer')).toBe('ALLOW summer');
  await node.defineList({ ...list, campaigns: [2] });
  expect(await heard(node, phone, 'summer')).toBe('BLOCK LISTED 11 summer');
  expect(await heard(node, phone, 'spring')).toBe('ALLOW spring');
  await node.defineList({ ...list, campaigns: [] });
  expect(await heard(node, phone, 'spring')).toBe('BLOCK LISTED 11 spring');
});

test('a batch is judged for one campaign, and says once that it does not know it', async () => {
  const phones = ['+14152000005', '+14152000006', '+14152000007'];
  await node.list(10, [phones[0]!]);
  await node.list('DNC', [phones[1]!]);
  const batch = async (campaign?: string) => {
    const answer = await node.verdicts.checkBatch(node.viewer, {
      ...call,
      campaign,
      numbers: phones.map((phone) => ({ phone })),
    });
    const { rows, warnings, allowed } = answer;
    return { rows: rows.map(({ index }) => index), allowed, warnings: warnings.map(({ code }) => code) };
  };
  expect(await batch('spring')).toEqual({ rows: [0, 1], allowed: 1, warnings: [] });
  expect(await batch('summer')).toEqual({ rows: [1], allowed: 2, warnings: [] });
  expect(await batch()).toEqual({ rows: [0, 1], allowed: 1, warnings: [] });
  expect(await batch('autumn')).toEqual({ rows: [0, 1], allowed: 1, warnings: ['UNKNOWN_CAMPAIGN'] });
});

describe('R3.4: in the past', () => {
  test('the campaigns that there were then, and the lists that were attached to them', async () => {
    const phone = '+14152000008';
    const list = { id: 12, key: 'THEN', name: 'Then', blocks: 1, enabled: true, campaigns: [4] };
    const before = await node.now();
    await node.defineCampaign(4, 'yearly');
    await node.defineCampaign(5, 'weekly');
    await node.defineList(list);
    await node.list(12, [phone]);
    const attached = await node.now();
    await node.defineList({ ...list, campaigns: [5] });
    const moved = await node.now();
    await node.defineCampaign(5, 'weekly', false);
    const archived = await node.now();
    const past = async (at: Date, campaign: string) => {
      const answer = await checkAt(node.database.read, node.viewer, { ...call, phone, at, campaign });
      return [told(answer), answer.campaign?.key ?? null, ...answer.warnings.map(({ code }) => code)].join(' ');
    };
    expect(await past(before, 'yearly')).toBe('ALLOW  UNKNOWN_CAMPAIGN');
    expect(await past(attached, 'yearly')).toBe('BLOCK LISTED 12 yearly');
    expect(await past(attached, 'weekly')).toBe('ALLOW weekly');
    expect(await past(moved, 'yearly')).toBe('ALLOW yearly');
    expect(await past(moved, 'weekly')).toBe('BLOCK LISTED 12 weekly');
    expect(await past(archived, 'weekly')).toBe('BLOCK LISTED 12  UNKNOWN_CAMPAIGN');
  });
});

test('R3.3: of a node that is not ready nothing is said of the campaign', async () => {
  const other = await node.another();
  other.cutRead(true);
  expect(await heard(other, '+14152000001', 'autumn')).toBe('BLOCK NOT_READY ');
});
