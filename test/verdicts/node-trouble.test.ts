import { expect, test } from 'vitest';
import { type Node, numbers, openNode, told } from './nodes.ts';

const call = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const check = (node: Node, phone: string, atLeast?: string) =>
  node.verdicts.check(node.viewer, { ...call, phone, atLeast });
const batch = (node: Node, phones: readonly string[]) =>
  node.verdicts.checkBatch(node.viewer, { ...call, numbers: phones.map((phone) => ({ phone })) });

test('R3.3: a node that has not seen the log for MAX_STALENESS blocks as STALE, and answers again once it has', async () => {
  const node = await openNode();
  const [listed, free] = numbers(2);
  await node.list('DNC', [listed!]);
  expect([told(await check(node, listed!)), told(await check(node, free!))]).toEqual(['BLOCK LISTED 1', 'ALLOW']);

  node.cutFeed(true);
  node.advance(6_000);
  expect(told(await check(node, free!))).toBe('BLOCK STALE');
  expect(told(await check(node, listed!))).toBe('BLOCK LISTED 1 STALE');
  expect(told(await check(node, '911'))).toBe('ALLOW EMERGENCY_NUMBER');
  await expect(batch(node, [listed!, free!])).rejects.toMatchObject({
    name: 'VerdictsUnavailableError',
    code: 'STALE',
  });
  await expect(batch(node, ['911'])).rejects.toMatchObject({ code: 'STALE' });

  node.cutFeed(false);
  await node.feed.poll();
  expect(told(await check(node, free!))).toBe('ALLOW');
  expect((await batch(node, [listed!, free!])).rows).toHaveLength(1);
});

test('R3.3, R2.4: an environment that cannot be loaded blocks as NOT_READY; emergency calls pass all the same', async () => {
  const node = await openNode();
  const [free] = numbers(1);
  node.cutRead(true);
  const answer = await check(node, free!);
  expect(told(answer)).toBe('BLOCK NOT_READY');
  expect(answer.cursor).toBeNull();
  expect(told(await check(node, '911'))).toBe('ALLOW EMERGENCY_NUMBER');
  expect(told(await node.verdicts.check(node.viewer, { phone: '911', direction: 'OUTBOUND', channel: 'SMS' }))).toBe(
    'BLOCK INVALID_NUMBER NOT_READY',
  );
  await expect(batch(node, [free!])).rejects.toMatchObject({ code: 'NOT_READY' });

  node.cutRead(false);
  expect(told(await check(node, free!))).toBe('ALLOW');
});

test('R2.4: the country that was last known tells an emergency number while nothing is loaded', async () => {
  const node = await openNode();
  await node.set({ defaultCountry: 'JP' });
  // 110 is Japan's police; elsewhere it is no emergency number.
  expect(told(await check(node, '110'))).toBe('ALLOW EMERGENCY_NUMBER');
  node.index.drop(node.environmentId);
  node.cutRead(true);
  expect(told(await check(node, '110'))).toBe('ALLOW EMERGENCY_NUMBER');
  expect(told(await check(node, '+81312345678'))).toBe('BLOCK NOT_READY');
});

test('R3.3: a load that takes longer than 2 s blocks as NOT_READY, and then answers', async () => {
  const node = await openNode();
  const lock = await holdListTable(node);
  expect(told(await check(node, '+14152000000'))).toBe('BLOCK NOT_READY');
  await lock.release();
  expect(told(await check(node, '+14152000000'))).toBe('ALLOW');
});

/** Makes every load wait: nobody can read the table of lists until it is released. */
async function holdListTable(node: Node): Promise<{ release(): Promise<void> }> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let done: Promise<unknown> = Promise.resolve();
  await new Promise<void>((locked) => {
    done = node.database.transaction(async (sql) => {
      await sql.query('LOCK TABLE list IN ACCESS EXCLUSIVE MODE');
      locked();
      await held;
    });
  });
  return {
    async release() {
      release();
      await done;
    },
  };
}
