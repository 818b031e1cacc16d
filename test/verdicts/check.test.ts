import { beforeAll, describe, expect, test } from 'vitest';
import type { EntryRow } from '../../src/changes/write-call.ts';
import { contacts } from '../../src/domain/verdicts/number.ts';
import { type Node, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const check = (
  phone: string | null,
  direction: 'OUTBOUND' | 'INBOUND' = 'OUTBOUND',
  channel: 'CALL' | 'SMS' = 'CALL',
) => node.verdicts.check(node.viewer, { phone, direction, channel });

async function fourTold(phone: string): Promise<string[]> {
  const answers = await Promise.all(contacts.map(({ direction, channel }) => check(phone, direction, channel)));
  return answers.map(told);
}

describe('R3.1: what the built-in lists block, right after the write (invariant 1)', () => {
  test.each([
    { lists: ['DNC'], phone: '+14152000001', four: ['BLOCK LISTED 1', 'BLOCK LISTED 1', 'ALLOW', 'ALLOW'] },
    { lists: ['DNT'], phone: '+14152000002', four: ['ALLOW', 'BLOCK LISTED 2', 'ALLOW', 'ALLOW'] },
    { lists: ['SPAM'], phone: '+14152000003', four: ['ALLOW', 'ALLOW', 'BLOCK LISTED 3', 'BLOCK LISTED 3'] },
    {
      lists: ['DNT', 'DNC'],
      phone: '+14152000004',
      four: ['BLOCK LISTED 1', 'BLOCK LISTED 1 LISTED 2', 'ALLOW', 'ALLOW'],
    },
    {
      lists: ['SPAM', 'DNC', 'DNT'],
      phone: '+14152000005',
      four: ['BLOCK LISTED 1', 'BLOCK LISTED 1 LISTED 2', 'BLOCK LISTED 3', 'BLOCK LISTED 3'],
    },
  ] as const)('$lists', async ({ lists, phone, four }) => {
    expect(await fourTold(phone)).toEqual(['ALLOW', 'ALLOW', 'ALLOW', 'ALLOW']);
    const ids = [];
    for (const list of lists) ids.push(...(await node.list(list, [phone])));
    expect(await fourTold(phone)).toEqual(four);
    for (const id of ids) expect(await node.change('REMOVE', id)).toBe('CHANGED');
    expect(await fourTold(phone)).toEqual(['ALLOW', 'ALLOW', 'ALLOW', 'ALLOW']);
  });

  test('every spelling of a number is the same number, and the answer says what was looked up', async () => {
    await node.list('DNC', ['+14152000006']);
    const answer = await check(' (415) 200-0006 ');
    expect(told(answer)).toBe('BLOCK LISTED 1');
    expect(answer.keys).toEqual(['+14152000006']);
    expect(answer.at).toBeNull();
  });

  test('the cursor is the end of the log that the answer is true at', async () => {
    const before = await check('+14152000007');
    const [id] = await node.list('DNC', ['+14152000007']);
    const after = await check('+14152000007');
    expect([told(before), told(after)]).toEqual(['ALLOW', 'BLOCK LISTED 1']);
    expect(after.cursor!.position).toBeGreaterThan(before.cursor!.position);
    const { rows } = await node.database.write.query<{ hash: string }>(
      "SELECT encode(substring(s.hash FOR 8), 'hex') AS hash FROM change c JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position WHERE c.environment_id = $1 AND c.entry_id = $2",
      [node.environmentId, id],
    );
    expect(after.cursor!.hash).toBe(rows[0]!.hash);
  });

  test('R1.5: PENDING blocks while enforcePending is on; what a contact said blocks always', async () => {
    await node.list('DNC', ['+14152000008'], { status: 'PENDING' });
    await node.list('DNC', ['+14152000009'], { status: 'PENDING', source: 'IVR' });
    expect([told(await check('+14152000008')), told(await check('+14152000009'))]).toEqual([
      'BLOCK LISTED 1',
      'BLOCK LISTED 1',
    ]);
    await node.set({ enforcePending: false });
    expect([told(await check('+14152000008')), told(await check('+14152000009'))]).toEqual(['ALLOW', 'BLOCK LISTED 1']);
    await node.set({ enforcePending: true });
    expect(told(await check('+14152000008'))).toBe('BLOCK LISTED 1');
  });
});

describe('R2: numbers that are no numbers', () => {
  test('R2.3: short codes, names and opt-outs kept as received are found, also where they could be numbers', async () => {
    const asIs: Partial<EntryRow> = { source: 'SMS_KEYWORD', endUserOptedOut: true };
    await node.list('SPAM', ['72000', 'ACME']);
    await node.list('DNT', ['4a-17'], asIs);
    expect(told(await check('72000', 'INBOUND', 'SMS'))).toBe('BLOCK LISTED 3');
    expect(told(await check('ACME', 'INBOUND', 'SMS'))).toBe('BLOCK LISTED 3');
    expect(told(await check('acme', 'INBOUND', 'SMS'))).toBe('ALLOW CALLER_UNREADABLE');
    expect(told(await check('4a-17', 'OUTBOUND', 'SMS'))).toBe('BLOCK INVALID_NUMBER LISTED 2');
  });

  test('R2.5: outbound to what cannot be read is blocked; a withheld or unreadable caller comes through', async () => {
    expect(told(await check('tomorrow'))).toBe('BLOCK INVALID_NUMBER');
    expect(told(await check('tomorrow', 'INBOUND'))).toBe('ALLOW CALLER_UNREADABLE');
    expect(told(await check(null, 'INBOUND'))).toBe('ALLOW CALLER_UNREADABLE');
    expect(told(await check(null, 'OUTBOUND'))).toBe('BLOCK INVALID_NUMBER');
  });

  test('R2.4: calls to emergency and crisis numbers pass, texts to them are like any other', async () => {
    expect(told(await check('911'))).toBe('ALLOW EMERGENCY_NUMBER');
    expect(told(await check('+1 800 273 8255'))).toBe('ALLOW EMERGENCY_NUMBER');
    expect(told(await check('911', 'OUTBOUND', 'SMS'))).toBe('BLOCK INVALID_NUMBER');
  });
});

test('a list that an environment adds blocks by what it says, until it is disabled', async () => {
  const night = { id: 10, key: 'NIGHT', name: 'Night', blocks: 5, enabled: true, campaigns: [] };
  await node.defineList(night);
  await node.list(10, ['+14152000020']);
  expect(await fourTold('+14152000020')).toEqual(['BLOCK LISTED 10', 'ALLOW', 'BLOCK LISTED 10', 'ALLOW']);
  expect((await check('+14152000020')).lists.get(10)?.name).toBe('Night');
  await node.defineList({ ...night, enabled: false });
  expect(await fourTold('+14152000020')).toEqual(['ALLOW', 'ALLOW', 'ALLOW', 'ALLOW']);
});

test('R2.3: a listed short code stays blocked where another default country makes a whole number of it', async () => {
  await node.list('SPAM', ['12345678']);
  for (const defaultCountry of ['US', 'DK', 'DE']) {
    await node.set({ defaultCountry });
    expect(told(await check('1234 5678', 'INBOUND', 'SMS')), defaultCountry).toBe('BLOCK LISTED 3');
  }
  await node.set({ defaultCountry: 'US' });
});
