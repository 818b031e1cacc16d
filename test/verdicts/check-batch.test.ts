import { beforeAll, describe, expect, test } from 'vitest';
import { type BatchNumber, MAX_BATCH_NUMBERS } from '../../src/domain/verdicts/check-batch.ts';
import { inSlices } from '../../src/in-slices.ts';
import { type Node, numbers, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const call = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const batch = (
  given: readonly BatchNumber[],
  contact: { direction: 'OUTBOUND' | 'INBOUND'; channel: 'CALL' | 'SMS' } = call,
) => node.verdicts.checkBatch(node.viewer, { ...contact, numbers: given });

test('answers the blocked and the invalid, each with its place and reference, and counts all', async () => {
  await node.list('DNC', ['+14152000001', '+14152000003']);
  const answer = await batch([
    { phone: '+14152000000', reference: 'a' },
    { phone: '(415) 200-0001', reference: 'b' },
    { phone: 'tomorrow', reference: 'c' },
    { phone: '911', reference: 'd' },
    { phone: '+14152000003' },
    { phone: '+14152000001', reference: 'b' },
  ]);
  expect(
    answer.rows.map((row) => [
      row.index,
      row.reference,
      row.outcome,
      told({ decision: 'BLOCK', reasons: row.reasons }),
    ]),
  ).toEqual([
    [1, 'b', 'BLOCKED', 'BLOCK LISTED 1'],
    [2, 'c', 'INVALID', 'BLOCK INVALID_NUMBER'],
    [4, null, 'BLOCKED', 'BLOCK LISTED 1'],
    [5, 'b', 'BLOCKED', 'BLOCK LISTED 1'],
  ]);
  expect(answer).toMatchObject({ checked: 6, allowed: 2, blocked: 3, invalid: 1 });
  expect(answer.rows[1]!.problem).toMatchObject({ code: 'LETTERS' });
  expect(answer.rows[0]!.keys).toEqual(['+14152000001']);
});

test('R2.4, R2.5: by contact: a text to 911 is invalid, an unreadable caller comes through', async () => {
  const given = [{ phone: '911' }, { phone: 'tomorrow' }];
  expect(await batch(given, { direction: 'OUTBOUND', channel: 'SMS' })).toMatchObject({ invalid: 2, allowed: 0 });
  expect(await batch(given, { direction: 'INBOUND', channel: 'CALL' })).toMatchObject({
    invalid: 0,
    allowed: 2,
    rows: [],
  });
});

test('R2.3: an invalid number that is listed as received names its list too', async () => {
  await node.list('DNT', ['4a-17'], { source: 'SMS_KEYWORD', endUserOptedOut: true });
  const { rows } = await batch([{ phone: '4a-17' }], { direction: 'OUTBOUND', channel: 'SMS' });
  expect(rows.map((row) => [row.outcome, told({ decision: 'BLOCK', reasons: row.reasons })])).toEqual([
    ['INVALID', 'BLOCK INVALID_NUMBER LISTED 2'],
  ]);
});

describe('50,000 numbers at once', () => {
  const spelled = (phone: string, n: number) =>
    n % 10 === 0 ? `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}` : phone;

  test('every place and reference is right, and the event loop has turns in between', async () => {
    const all = numbers(MAX_BATCH_NUMBERS, 100_000);
    const listed = all.filter((_, n) => n % 7 === 3);
    for (let n = 0; n < listed.length; n += 1_000) await node.list('DNC', listed.slice(n, n + 1_000));
    const given = all.map((phone, n) => ({
      phone: n % 1_000 === 999 ? 'none' : spelled(phone, n),
      reference: `row ${n}`,
    }));
    const expected = all.flatMap((_, n) =>
      n % 1_000 === 999 ? [[n, `row ${n}`, 'INVALID']] : n % 7 === 3 ? [[n, `row ${n}`, 'BLOCKED']] : [],
    );

    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const answer = await batch(given);
    over = true;

    expect(answer.rows.map(({ index, reference, outcome }) => [index, reference, outcome])).toEqual(expected);
    expect(answer).toMatchObject({
      checked: 50_000,
      invalid: 50,
      allowed: 50_000 - expected.length,
      blocked: expected.length - 50,
    });
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  test('all answers are true at the one cursor, whatever is written meanwhile', async () => {
    const pairs = numbers(1_000, 300_000);
    const [from, to] = [pairs.slice(0, 500), pairs.slice(500)];
    // Each change set lists two numbers that stand far apart: at any position both are listed, or neither is.
    let going = true;
    const writer = (async () => {
      for (let n = 0; going && n < 500; n += 1) await node.list('DNC', [from[n]!, to[n]!]);
    })();
    const filler = numbers(40_000, 400_000);
    const given = [...from, ...filler, ...to].map((phone) => ({ phone }));
    const seen: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { rows, cursor } = await batch(given);
      const first = rows.filter(({ index }) => index < 500).map(({ index }) => index);
      const second = rows.filter(({ index }) => index >= 40_500).map(({ index }) => index - 40_500);
      expect(second).toEqual(first);
      seen.push(cursor.position);
    }
    going = false;
    await writer;
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  test('a change of the default country in the middle makes it read again', async () => {
    await node.list('DNC', ['+14152000001']);
    const given = [{ phone: '(415) 200-0001' }, ...numbers(30_000, 500_000).map((phone) => ({ phone }))];
    const running = batch(given);
    await node.set({ defaultCountry: 'DE' });
    const answer = await running;
    expect(answer.rows.some(({ index }) => index === 0)).toBe(answer.settings.defaultCountry === 'US');
    await node.set({ defaultCountry: 'US' });
  });

  test('one more is a problem, and so is none', async () => {
    const tooMany = numbers(MAX_BATCH_NUMBERS + 1).map((phone) => ({ phone }));
    await expect(batch(tooMany)).rejects.toMatchObject({ problems: [{ code: 'TOO_MANY' }] });
    await expect(batch([])).rejects.toMatchObject({ problems: [{ code: 'REQUIRED' }] });
  });
});

test('rows that are slow to answer leave the event loop to sockets and polls in between (issue A, 6; P2.4)', async () => {
  let turns = 0;
  const count = () => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const taken: number[] = [];
  for await (const row of inSlices([0, 1, 2, 3, 4, 5, 6, 7])) {
    taken.push(row);
    const until = performance.now() + 16;
    while (performance.now() < until);
  }
  clearImmediate(turning);
  expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(turns).toBeGreaterThanOrEqual(8);
});
