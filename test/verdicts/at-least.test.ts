import { expect, test } from 'vitest';
import { InvalidCursorError } from '../../src/changes/cursor.ts';
import { AtLeast } from '../../src/domain/verdicts/at-least.ts';
import { checkAt } from '../../src/domain/verdicts/check-past.ts';
import { cursors, type Node, openNode, told } from './nodes.ts';

const contact = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const check = (node: Node, phone: string, atLeast?: string) =>
  node.verdicts.check(node.viewer, { ...contact, phone, atLeast });

/** A node that hears of nothing by itself: no notification is heeded here but by `atLeast`. */
async function writerAndReader(): Promise<[Node, Node]> {
  const writer = await openNode();
  const reader = await writer.another({ pollIntervalMs: 600_000 });
  await check(writer, '+14152000000');
  await check(reader, '+14152000000');
  return [writer, reader];
}

test('P2.4: with the cursor of a write, another node answers by that write', async () => {
  const [writer, reader] = await writerAndReader();
  for (let n = 1; n <= 20; n += 1) {
    const phone = `+1415200${String(n).padStart(4, '0')}`;
    await writer.list('DNC', [phone]);
    const { cursor } = await check(writer, phone);
    const answer = await check(reader, phone, cursors.encode(cursor!));
    expect(told(answer)).toBe('BLOCK LISTED 1');
    expect(answer.cursor!.position).toBeGreaterThanOrEqual(cursor!.position);
  }
});

test('P2.4: an older cursor of the same log is fine, whatever was written since', async () => {
  const [writer, reader] = await writerAndReader();
  await writer.list('DNC', ['+14152000001']);
  const { cursor } = await check(writer, '+14152000001');
  await writer.list('DNC', ['+14152000002']);
  await reader.feed.poll();
  const token = cursors.encode(cursor!);
  expect(told(await check(reader, '+14152000003', token))).toBe('ALLOW');
  expect(told(await check(reader, '+14152000003', token))).toBe('ALLOW');
  const answer = await reader.verdicts.checkBatch(reader.viewer, {
    ...contact,
    numbers: [{ phone: '+14152000002' }],
    atLeast: token,
  });
  expect(answer.blocked).toBe(1);
});

test('R3.3: a cursor of another environment, history or hash, or beyond the log, blocks as STALE', async () => {
  const node = await openNode();
  await node.list('DNC', ['+14152000001']);
  const cursor = (await check(node, '+14152000001')).cursor!;
  const wrong = [
    { ...cursor, environmentId: cursor.environmentId + 1 },
    { ...cursor, epoch: '0000000000000000' },
    { ...cursor, hash: '0000000000000000' },
    { ...cursor, position: cursor.position - 1 },
    { ...cursor, position: 0 },
  ];
  for (const other of wrong) expect(told(await check(node, '+14152000009', cursors.encode(other)))).toBe('BLOCK STALE');
  expect(told(await check(node, '+14152000001', cursors.encode(wrong[0]!)))).toBe('BLOCK LISTED 1 STALE');
  const beyond = cursors.encode({ ...cursor, position: cursor.position + 1 });
  expect(told(await check(node, '+14152000009', beyond))).toBe('BLOCK STALE');
  await expect(
    node.verdicts.checkBatch(node.viewer, {
      ...contact,
      numbers: [{ phone: '+14152000009' }],
      atLeast: cursors.encode(wrong[2]!),
    }),
  ).rejects.toMatchObject({ code: 'STALE' });
  expect(told(await check(node, '+14152000009', cursors.encode(cursor)))).toBe('ALLOW');
});

test('the cursor of position 0 is the beginning of every log', async () => {
  const node = await openNode();
  const { cursor } = await checkAt(node.database.read, node.viewer, {
    ...contact,
    phone: '+14152000001',
    at: new Date(0),
  });
  expect(cursor!.position).toBe(0);
  expect(told(await check(node, '+14152000001', cursors.encode(cursor!)))).toBe('ALLOW');
});

test('a node that cannot read the log blocks instead of waiting for ever; emergency calls wait for nothing', async () => {
  const [writer, reader] = await writerAndReader();
  reader.cutFeed(true);
  await writer.list('DNC', ['+14152000001']);
  const token = cursors.encode((await check(writer, '+14152000001')).cursor!);
  expect(told(await check(reader, '+14152000002'))).toBe('ALLOW');
  expect(told(await check(reader, '+14152000002', token))).toBe('BLOCK STALE');
  expect(told(await check(reader, '911', token))).toBe('ALLOW EMERGENCY_NUMBER');
  reader.cutFeed(false);
  expect(told(await check(reader, '+14152000001', token))).toBe('BLOCK LISTED 1');
});

test('what is no cursor of ours is an error, not a verdict', async () => {
  const node = await openNode();
  await expect(check(node, '+14152000001', 'bogus')).rejects.toBeInstanceOf(InvalidCursorError);
  await check(node, '+14152000001');
  await expect(check(node, '+14152000001', 'bogus')).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
});

test('P2.4: who waits is counted, and one too many is blocked at once', async () => {
  const node = await openNode();
  const { cursor } = await check(node, '+14152000001');
  const loaded = node.index.peek(node.environmentId)!;
  const beyond = cursors.encode({ ...cursor!, position: cursor!.position + 1 });
  const atLeast = new AtLeast({ cursors, sql: node.database.read, maxWaiting: 3 });
  const settled: string[] = [];
  const first = ['a', 'b', 'c'].map(async (name) => {
    expect(await atLeast.reached(loaded, beyond, 300)).toBe(false);
    settled.push(name);
  });
  expect(await atLeast.reached(loaded, beyond, 300)).toBe(false);
  settled.push('too many');
  await Promise.all(first);
  expect(settled[0]).toBe('too many');
  // Their places are free again.
  await node.list('DNC', ['+14152000001']);
  expect(await atLeast.reached(loaded, cursors.encode((await check(node, '+14152000001')).cursor!))).toBe(true);
});
