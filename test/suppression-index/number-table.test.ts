import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberKey } from '../../src/suppression-index/number-key.ts';
import { NumberTable } from '../../src/suppression-index/number-table.ts';

const phone = fc.oneof(
  // Few enough to meet again, so that deletes and overwrites happen.
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }).map((n) => `+1415555${n.toString().padStart(4, '0')}`) },
  { weight: 2, arbitrary: fc.bigInt({ min: 1n, max: 999_999_999_999_999n }).map((n) => `+${n}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('72345', 'PIZZA', '+0123', '+', '', '+1415x', '14155550001', '+1234567890123456'),
  },
);
const value = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 65_000, max: 2 ** 32 - 1 }));

/** Applies the steps to a table and to a Map, and compares everything that either ever held. */
function compareWithMap(table: NumberTable, steps: readonly (readonly [string, number])[]) {
  const model = new Map<string, number>();
  for (const [key, next] of steps) {
    if (table.put(key, next) !== (model.get(key) ?? 0)) throw new Error(`held another value at ${key}`);
    if (next === 0) model.delete(key);
    else model.set(key, next);
  }
  expect(table.size).toBe(model.size);
  for (const [key] of steps) if (table.get(key) !== (model.get(key) ?? 0)) throw new Error(`differs at ${key}`);
}

describe('numberKey', () => {
  test('reads E.164 alone, and no two alike', () => {
    expect(numberKey('+14151234567')).toBe(14151234567);
    expect(numberKey('+999999999999999')).toBe(999_999_999_999_999);
    for (const other of ['', '+', '+0', '+0123', '14151234567', '+1 415', '+1415１', '+1234567890123456', 'PIZZA']) {
      expect(numberKey(other)).toBe(0);
    }
  });
});

describe('NumberTable', () => {
  test('answers like a Map through any puts, overwrites and deletes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.array(fc.tuple(phone, value), { maxLength: 1_500, size: 'max' }),
        (seed, steps) => compareWithMap(new NumberTable({ seed }), steps),
      ),
      { numRuns: 60 },
    );
  });

  test.each([0, 300_000])('answers like a Map through growth, splits and shrinking (reserved: %i)', (reserved) => {
    const table = new NumberTable({ seed: 7 });
    table.reserve(reserved);
    const steps: [string, number][] = [];
    for (let i = 0; i < 300_000; i++) steps.push([`+1${2_000_000_000 + i * 7}`, 1 + (i % 5)]);
    for (let i = 0; i < 300_000; i += 2) steps.push([`+1${2_000_000_000 + i * 7}`, 0]);
    for (let i = 0; i < 300_000; i += 3) steps.push([`+1${2_000_000_000 + i * 7}`, 70_000 + i]);
    compareWithMap(table, steps);
    for (let i = 0; i < 300_000; i++) table.put(`+1${2_000_000_000 + i * 7}`, 0);
    expect(table.size).toBe(0);
    expect(table.bytes).toBeLessThan(100_000);
  });

  test('takes 13 to 20 bytes a number at every size (with 16-bit values)', () => {
    const table = new NumberTable({ seed: 3 });
    for (let i = 1; i <= 400_000; i++) {
      table.put(`+49${1_500_000_000 + i}`, 1);
      if (i >= 50_000 && i % 10_000 === 0) {
        expect(table.bytes / i).toBeGreaterThan(13);
        expect(table.bytes / i).toBeLessThan(21);
      }
    }
  });

  test('a small table is small: a tenant with ten numbers takes under 1 kB', () => {
    const table = new NumberTable();
    for (let i = 0; i < 10; i++) table.put(`+1415555000${i}`, 1);
    expect(table.bytes).toBeLessThan(1_000);
  });
});
