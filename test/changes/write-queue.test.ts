import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Interned } from '../../src/changes/interned.ts';
import type { WriteCall } from '../../src/changes/write-call.ts';
import { WriteQueue } from '../../src/changes/write-queue.ts';
import type { Sql } from '../../src/db/database.ts';

/** Rows of the change sets: the 14th parameter of write_entries. */
const ROWS = 13;

/** A database that takes 2 ms for a group and adds whatever it is asked. */
const sql = {
  async query(_text: string, values: readonly unknown[][]) {
    await delay(2);
    const all = <T>(of: readonly unknown[], value: T) => of.map(() => value);
    const rows = values[ROWS]!;
    const position = all(values[1]!, '1');
    return {
      rows: [
        {
          code: all(rows, 'ADDED'),
          entry_id: all(rows, '1'),
          facts: all(rows, '1h'),
          call_position: position,
          call_replay: {},
        },
      ],
    };
  },
} as unknown as Sql;
const interned = { actor: async () => 1, texts: async () => () => null } as unknown as Interned;

let phones = 0;
const addition = (background: boolean): WriteCall => ({
  environmentId: 1,
  actor: { type: 'SYSTEM', subject: 'system', name: 'Quietline' },
  operation: 'addEntries',
  authority: 'SYSTEM',
  background,
  rows: [{ verb: 'ADD', phone: `+1415555${++phones}`, listId: 1, source: 'API' }],
});

test('P1.3, P1.10: callers who never pause go first, but do not keep a task batch out', async () => {
  const queue = new WriteQueue({ sql, interned, environmentId: 1, afterCommit: () => {} });
  let isBusy = true;
  let singles = 0;
  const caller = async () => {
    while (isBusy) {
      await queue.write(addition(false));
      singles += 1;
    }
  };
  const callers = [caller(), caller(), caller()];
  await delay(20);
  const before = singles;

  await queue.write(addition(true));

  expect(singles).toBeGreaterThan(before);
  isBusy = false;
  await Promise.all(callers);
});
