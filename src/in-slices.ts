import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long work gives the event loop back after so many items, or so many ms if it comes first: some items are slow. */
const SLICE_ITEMS = 5_000;
const SLICE_MS = 15;

/** Like `map`, with turns of the event loop in between. */
export async function mapInSlices<T, R>(items: readonly T[], work: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let began = performance.now();
  let size = 0;
  for (const item of items) {
    results.push(work(item));
    size += 1;
    if (size < SLICE_ITEMS && !(size % 64 === 0 && performance.now() - began > SLICE_MS)) continue;
    await nextTurn();
    began = performance.now();
    size = 0;
  }
  return results;
}

/**
 * The items one by one, with turns of the event loop in between whenever whoever takes them worked for a slice: GraphQL
 * completes an array in one go, and 50,000 rows of one request would stop every socket and every poll for seconds.
 */
export async function* inSlices<T>(items: readonly T[]): AsyncGenerator<T, void> {
  let began = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - began < SLICE_MS) continue;
    await nextTurn();
    began = performance.now();
  }
}
