import { expect, test } from 'vitest';
import { FrontendRuns } from '../../src/db/frontend-runs.ts';

function message(type: string, body: Uint8Array): Buffer {
  const header = Buffer.alloc(type.length + 4);
  header.write(type);
  header.writeInt32BE(body.length + 4, type.length);
  return Buffer.concat([header, body]);
}

const startup = message('', Buffer.from([0, 3, 0, 0, 0]));
const extended = Buffer.concat([
  message('P', Buffer.alloc(20, 1)),
  message('B', Buffer.alloc(70_000, 2)),
  message('E', Buffer.alloc(0)),
  message('S', Buffer.alloc(0)),
]);
const simple = message('Q', Buffer.from('SELECT 1\0'));
const all = Buffer.concat([startup, extended, simple, message('X', Buffer.alloc(0))]);
const expected = [startup.length, extended.length, simple.length, 5];

test.each([1, 2, 3, 4, 5, 7, 1000, all.length])('cuts the same runs from chunks of %i bytes', (size) => {
  const runs = new FrontendRuns();
  const found: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) found.push(...runs.push(all.subarray(at, at + size)));
  expect(found.map((run) => run.length)).toEqual(expected);
  expect(Buffer.concat(found).equals(all)).toBe(true);
});
