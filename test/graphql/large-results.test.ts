import type { GraphQLObjectType } from 'graphql';
import { beforeAll, expect, test, vi } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { add, remove } from './entry-story.ts';
import { statementsOf } from './statements.ts';
import { phoneOf } from './verdict-story.ts';

let staff: Client;

beforeAll(async () => {
  staff = await (await newEnvironment(await startQuietline())).as('COMPLIANCE');
});

test('the rows of a large answer leave the event loop to sockets and polls in between (issue A, 6; P2.4)', {
  timeout: 30_000,
}, async () => {
  let turn = 0;
  const count = () => {
    turn += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const rowsOfTurn = new Map<number, number>();
  const { phone } = (schema.getType('Entry') as GraphQLObjectType).getFields();
  const spy = vi.spyOn(phone!, 'resolve').mockImplementation(() => {
    rowsOfTurn.set(turn, (rowsOfTurn.get(turn) ?? 0) + 1);
    return '+14150000000';
  });
  try {
    const entries = Array.from({ length: 5_000 }, (_, n) => phoneOf(n + 20_000));
    const added = await add(staff, { entries });
    expect(added.results).toHaveLength(5_000);
    expect(rowsOfTurn.size).toBeGreaterThan(2);
    expect(Math.max(...rowsOfTurn.values())).toBeLessThan(2_500);
    rowsOfTurn.clear();
    const ids = added.results.map(({ entry }: { entry: { id: string } }) => entry.id);
    expect((await remove(staff, { ids })).results).toHaveLength(5_000);
    expect(rowsOfTurn.size).toBeGreaterThan(2);
    expect(Math.max(...rowsOfTurn.values())).toBeLessThan(2_500);
  } finally {
    clearImmediate(turning);
    spy.mockRestore();
  }
});

test('entries are read once for all rows, and not at all when none is selected', async () => {
  const mutation = (fields: string) =>
    `mutation ($input: AddEntriesInput!, $no: Boolean = false) { addEntries(input: $input) { results { outcome ${fields} } userErrors @skip(if: $no) { code } } }
     ${fields.includes('Row') ? 'fragment Row on AddEntryResult { ... { it: entry { phone list { key } } } }' : ''}`;
  const reads = async (fields: string, from: number) => {
    const entries = [from, from + 1, from + 2].map((n) => ({ phone: phoneOf(n) }));
    const sent = await statementsOf(() => staff.expectOk(mutation(fields), { input: { list: 'DNC', entries } }));
    return sent.filter(({ text }) => /FROM "public"."entry"/.test(text)).length;
  };
  expect(await reads('index ...Row', 240)).toBe(1);
  expect(await reads('index entry { id }', 250)).toBe(1);
  expect(await reads('index ...Row @include(if: $no)', 260)).toBeLessThanOrEqual(1);
  expect(await reads('index ... on AddEntryResult { problem { code } }', 270)).toBe(0);
});
