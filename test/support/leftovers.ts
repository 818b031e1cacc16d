import { afterAll, afterEach, beforeEach } from 'vitest';

/**
 * Ends what a test opened and forgot, newest first: what it opened itself after that test, what `beforeAll` opened after
 * the file. Hooks of this module run around the file's own ones. (Not for `test.concurrent`.)
 */
const open: { what: string; end: () => Promise<void> }[] = [];
let openBeforeTest = 0;

beforeEach(() => {
  openBeforeTest = open.length;
});
afterEach(() => endDownTo(openBeforeTest));
afterAll(() => endDownTo(0));

/** Returns a function that ends it now, once. */
export function onceEnded(what: string, end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const once = () => (ended ??= end());
  open.push({ what, end: once });
  return once;
}

async function endDownTo(count: number): Promise<void> {
  const failures: unknown[] = [];
  while (open.length > count) {
    const { what, end } = open.pop()!;
    try {
      await end();
    } catch (error) {
      failures.push(new Error(`Could not end ${what}`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'What the test left open could not be ended');
}
