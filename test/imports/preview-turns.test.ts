import { expect, test } from 'vitest';
import { inPreviewTurn } from '../../src/domain/imports/preview-turns.ts';

test('two previews run at once, one of each environment, also after one failed', async () => {
  const running: number[] = [];
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  const preview = (environmentId: number) =>
    inPreviewTurn(environmentId, async () => {
      running.push(environmentId);
      seen.push(running.toSorted().join());
      await new Promise<void>((resolve) => ends.push(resolve));
      running.splice(running.indexOf(environmentId), 1);
      if (environmentId === 1) throw new Error('unreadable');
    });
  const all = Promise.allSettled([1, 1, 1, 2, 3].map(preview));
  for (let n = 0; n < 5; n += 1) {
    // Whoever may begin has begun before the next turn of the event loop.
    await new Promise(setImmediate);
    ends.shift()!();
  }
  expect((await all).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(seen).toHaveLength(5);
  expect(seen.every((environments) => ['1', '2', '3', '1,2', '1,3', '2,3'].includes(environments))).toBe(true);
  expect(seen).toContain('1,2');
});
