import { expect, test } from 'vitest';
import { EnvironmentFeed } from '../../src/changes/environment-feed.ts';
import type { Sql } from '../../src/db/database.ts';
import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { followFeed } from '../../src/suppression-index/index-follower.ts';

const hash = (position: number) => Buffer.alloc(32, position);
const phone = (position: number) => `+1415555000${position}`;

/** A log of one addition for each position, as the database answers for it; `head` is what has been committed. */
function logOf(log: { head: number }): Sql {
  const change = (position: number) => ({
    first_position: String(position),
    set_position: String(position),
    prev_hash: hash(position - 1),
    hash: hash(position),
    position: String(position),
    kind: 'ENTRY_ADDED',
    phone: phone(position),
    facts: '1h',
  });
  const query = async (_text: string, [, after]: readonly unknown[] = []) => {
    const rows = [1, 2, 3].filter((position) => position > Number(after) && position <= log.head).map(change);
    return { rows, rowCount: rows.length };
  };
  return { query } as unknown as Sql;
}

test('P2.3: a commit between the look of the feed and that of the index is no dead end', async () => {
  const log = { head: 2 };
  const feed = new EnvironmentFeed({
    sql: logOf(log),
    environmentId: 1,
    head: { position: 0, hash: hash(0), epoch: 'e' },
    age: () => 0,
  });
  const index = new EnvironmentIndex();
  await feed.pull();
  log.head = 3;

  const stop = await followFeed(index, feed, () => {});

  expect([index.position, feed.position]).toEqual([3, 3]);
  expect(index.facts(phone(3))).toBe('1h');
  stop();
});

test('invariant 6: what was read from a log that has gone since is not exposed', async () => {
  const log = { head: 2 };
  const feed = new EnvironmentFeed({
    sql: logOf(log),
    environmentId: 1,
    head: { position: 0, hash: hash(0), epoch: 'e' },
    age: () => 0,
  });
  await feed.pull();
  const ahead = new EnvironmentIndex({ position: 3 });

  await expect(followFeed(ahead, feed, () => {})).rejects.toThrow('the log ends at 2');
});
