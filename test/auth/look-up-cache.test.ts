import { expect, test, vi } from 'vitest';
import { LookUpCache } from '../../src/auth/look-up-cache.ts';
import { UnauthenticatedError } from '../../src/auth/unauthenticated-error.ts';
import { standingClock } from './fakes.ts';

test('what was found is believed for 10 seconds, what was refused for one', async () => {
  const clock = standingClock();
  const cache = new LookUpCache<{ environmentId: number; authVersion: number }>(clock);
  const find = vi.fn(async () => ({ environmentId: 1, authVersion: 0 }));
  const refuse = vi.fn(async () => {
    throw new UnauthenticatedError('no');
  });
  const askBoth = async () => {
    await cache.get('good', find);
    await expect(cache.get('bad', refuse)).rejects.toThrow(UnauthenticatedError);
    return [find.mock.calls.length, refuse.mock.calls.length];
  };

  expect(await askBoth()).toEqual([1, 1]);
  expect(await askBoth()).toEqual([1, 1]);
  clock.advance(1_001);
  expect(await askBoth()).toEqual([1, 2]);
  clock.advance(9_000);
  expect(await askBoth()).toEqual([2, 3]);
});
