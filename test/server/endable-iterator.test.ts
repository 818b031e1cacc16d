import { describe, expect, test } from 'vitest';
import { endable } from '../../src/server/endable-iterator.ts';

/** A source that says one thing and then waits for ever, as a feed without changes does. */
async function* silent(): AsyncGenerator<number> {
  yield 1;
  await new Promise(() => undefined);
}
const neverMind = { onEnd: () => undefined, mapError: (error: unknown) => error };

describe('an endable iterator', () => {
  test('answers a pending next when it is ended, although the source never wakes up (P2.10)', async () => {
    let ends = 0;
    const iterator = endable(silent(), { ...neverMind, onEnd: () => (ends += 1) });
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    const pending = iterator.next();
    iterator.end();
    iterator.end();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(ends).toBe(1);
  });

  test('its return does not wait for the source either', async () => {
    const iterator = endable(silent(), neverMind);
    await iterator.next();
    const pending = iterator.next();
    await iterator.return();
    expect((await pending).done).toBe(true);
  });

  test('passes on what the source says, and its end', async () => {
    let ended = false;
    async function* source() {
      yield* [1, 2, 3];
    }
    const seen: number[] = [];
    for await (const value of endable(source(), { ...neverMind, onEnd: () => (ended = true) })) seen.push(value);
    expect(seen).toEqual([1, 2, 3]);
    expect(ended).toBe(true);
  });

  test('shows a fault of the source as it is told to', async () => {
    // biome-ignore lint/correctness/useYield: it breaks before it has anything to say
    async function* broken(): AsyncGenerator<number> {
      throw new Error('secret');
    }
    const iterator = endable(broken(), { ...neverMind, mapError: () => new Error('masked') });
    await expect(iterator.next()).rejects.toThrow('masked');
  });
});
