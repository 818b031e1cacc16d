import { expect, test } from 'vitest';
import { Turnstile } from '../../src/suppression-index/turnstile.ts';

test('whoever is called off leaves the line, and nobody else loses a place by it', async () => {
  const turnstile = new Turnstile(1);
  let finish = () => {};
  const first = turnstile.pass(() => new Promise<void>((resolve) => (finish = resolve)));
  const off = new AbortController();
  const late = new AbortController();
  const called = turnstile.pass(async () => 'called off', off.signal);
  const next = turnstile.pass(async () => 'next', late.signal);
  const last = turnstile.pass(async () => 'last');
  off.abort(new Error('cancelled'));
  await expect(called).rejects.toThrow('cancelled');
  finish();
  await first;
  // Has been called already: it's for the task to look at its signal.
  late.abort();
  expect(await Promise.all([next, last])).toEqual(['next', 'last']);
});
