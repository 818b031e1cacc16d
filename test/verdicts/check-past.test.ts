import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkAt } from '../../src/domain/verdicts/check-past.ts';
import { contacts } from '../../src/domain/verdicts/number.ts';
import { type Node, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const call = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const past = async (phone: string, at: Date, contact: (typeof contacts)[number] = call) =>
  told(await checkAt(node.database.read, node.viewer, { ...contact, phone, at }));

/** The time that the change set holds in which the entry was last changed. */
async function lastChangeOf(entryId: string): Promise<{ at: Date; position: number }> {
  const { rows } = await node.database.write.query<{ at: Date; position: string }>(
    `SELECT s.at, s.position FROM change c JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position
      WHERE c.environment_id = $1 AND c.entry_id = $2 ORDER BY c.position DESC LIMIT 1`,
    [node.environmentId, entryId],
  );
  return { at: rows[0]!.at, position: Number(rows[0]!.position) };
}

const before = (at: Date) => new Date(at.getTime() - 1);

describe('R3.4: what held at a moment', () => {
  test('to the millisecond around additions and removals', async () => {
    const phone = '+14152000001';
    const [dnc] = await node.list('DNC', [phone]);
    const added = await lastChangeOf(dnc!);
    await delay(5);
    const [dnt] = await node.list('DNT', [phone]);
    const texts = await lastChangeOf(dnt!);
    await delay(5);
    await node.change('REMOVE', dnc!);
    const removed = await lastChangeOf(dnc!);
    await node.now();

    expect(await past(phone, before(added.at))).toBe('ALLOW');
    expect(await past(phone, added.at)).toBe('BLOCK LISTED 1');
    expect(await past(phone, before(texts.at), contacts[1])).toBe('BLOCK LISTED 1');
    expect(await past(phone, texts.at, contacts[1])).toBe('BLOCK LISTED 1 LISTED 2');
    expect(await past(phone, before(removed.at))).toBe('BLOCK LISTED 1');
    expect(await past(phone, removed.at)).toBe('ALLOW');
    expect(await past(phone, removed.at, contacts[1])).toBe('BLOCK LISTED 2');
  });

  test('with the settings that held then, whatever they are now', async () => {
    const phone = '+14152000002';
    await node.list('DNC', [phone], { status: 'PENDING' });
    const enforced = await node.now();
    await node.set({ enforcePending: false });
    const not = await node.now();
    await node.set({ enforcePending: true });
    const again = await node.now();
    expect([await past(phone, enforced), await past(phone, not), await past(phone, again)]).toEqual([
      'BLOCK LISTED 1',
      'ALLOW',
      'BLOCK LISTED 1',
    ]);
  });

  test('with the country that numbers were read by then', async () => {
    await node.list('DNC', ['+14152000003']);
    const us = await node.now();
    await node.set({ defaultCountry: 'DE' });
    const de = await node.now();
    await node.set({ defaultCountry: 'US' });
    expect(await past('(415) 200-0003', us)).toBe('BLOCK LISTED 1');
    expect(await past('(415) 200-0003', de)).not.toContain('LISTED 1');
  });

  test('with the lists that held then: what they blocked, whether they counted, how they were called', async () => {
    const list = { id: 20, key: 'NIGHT', name: 'Night', blocks: 1, enabled: true, campaigns: [] };
    await node.defineList(list);
    await node.list(20, ['+14152000004']);
    const calls = await node.now();
    await node.defineList({ ...list, blocks: 2, name: 'Night texts' });
    const texts = await node.now();
    await node.defineList({ ...list, enabled: false });
    const off = await node.now();
    expect([await past('+14152000004', calls), await past('+14152000004', calls, contacts[1])]).toEqual([
      'BLOCK LISTED 20',
      'ALLOW',
    ]);
    expect([await past('+14152000004', texts), await past('+14152000004', texts, contacts[1])]).toEqual([
      'ALLOW',
      'BLOCK LISTED 20',
    ]);
    expect([await past('+14152000004', off), await past('+14152000004', off, contacts[1])]).toEqual(['ALLOW', 'ALLOW']);
    const answer = await checkAt(node.database.read, node.viewer, { ...call, phone: '+14152000004', at: calls });
    expect(answer.lists.get(20)?.name).toBe('Night');
  });

  test('a number with two keys, and one that was never listed', async () => {
    await node.list('SPAM', ['72000']);
    const at = await node.now();
    expect(await past('72000', at, contacts[3])).toBe('BLOCK LISTED 3');
    expect(await past('+14152000099', at)).toBe('ALLOW');
    expect(await past('911', at)).toBe('ALLOW EMERGENCY_NUMBER');
    expect(await past('tomorrow', at)).toBe('BLOCK INVALID_NUMBER');
  });
});

test('the cursor names the last change set at or before the moment; position 0 before the first', async () => {
  const [id] = await node.list('DNC', ['+14152000005']);
  const { at, position } = await lastChangeOf(id!);
  await node.now();
  const answer = await checkAt(node.database.read, node.viewer, { ...call, phone: '+14152000005', at });
  expect(answer.cursor!.position).toBe(position);
  expect(answer.at).toEqual(at);
  for (const early of [new Date(0), new Date('2001-01-01'), new Date(-1e14)]) {
    const first = await checkAt(node.database.read, node.viewer, { ...call, phone: '+14152000005', at: early });
    expect([told(first), first.cursor!.position]).toEqual(['ALLOW', 0]);
  }
});

test('change sets of the same millisecond count together: the last of them holds', async () => {
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, n) => node.list('DNC', [`+1415300${String(n).padStart(4, '0')}`])),
  );
  const last = await lastChangeOf(ids.at(-1)![0]!);
  await node.now();
  const { rows } = await node.database.write.query<{ position: string }>(
    'SELECT max(position) AS position FROM change_set WHERE environment_id = $1 AND at = $2',
    [node.environmentId, last.at],
  );
  const answer = await checkAt(node.database.read, node.viewer, { ...call, phone: '+14153000000', at: last.at });
  expect(answer.cursor!.position).toBe(Number(rows[0]!.position));
});

test('the future and what is no time are problems that name the field', async () => {
  const ask = (at: Date) => checkAt(node.database.read, node.viewer, { ...call, phone: '+14152000005', at });
  for (const ms of [Date.now() + 60_000, Date.now() + 9e13, 8.64e15]) {
    await expect(ask(new Date(ms))).rejects.toMatchObject({
      problems: [{ code: 'IN_THE_FUTURE', path: ['at'] }],
    });
  }
  await expect(ask(new Date('soon'))).rejects.toMatchObject({ problems: [{ code: 'INVALID_VALUE', path: ['at'] }] });
});
