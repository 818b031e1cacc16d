import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryRow } from '../../src/changes/write-call.ts';
import { entryBatches } from '../../src/tasks/import/entry-batches.ts';
import { decodeRow, encodeRow, keyIn, keyOf, phoneOf, type RowDefaults } from '../../src/tasks/import/entry-line.ts';
import { subtract } from '../../src/tasks/import/lacking.ts';
import { lackingBatches } from '../../src/tasks/import/lift-lacking.ts';
import { fewRuns, mergeRuns } from '../../src/tasks/import/merge-runs.ts';
import { RunSorter } from '../../src/tasks/import/run-sorter.ts';

const defaults: RowDefaults = { listId: 1, source: 'IMPORT', status: 'APPROVED', reason: 'As the file says' };
/** Anything that a number or a text may be once it is storable. */
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.toWellFormed().replaceAll('\0', '?'));
const phone = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((n) => `+1415555${String(n).padStart(4, '0')}`),
  text.filter((value) => value !== ''),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quietline-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function sorted(lines: readonly string[], limits: { rows: number; characters: number }): Promise<string[]> {
  const sorter = new RunSorter(folder, 'run', limits);
  for (const line of lines) await sorter.add(line);
  return sorter.finish();
}

async function all(runs: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of mergeRuns(runs)) lines.push(...chunk);
  return lines;
}

describe('runs', () => {
  test('merged are the lines in order, however many there are and wherever buffers end', async () => {
    // 1,003 runs, with signs of up to four bytes across the ends of the buffers.
    const lines = Array.from({ length: 10_030 }, (_, n) => `${(n * 7919) % 10_007} ${'é📵'.repeat(n % 40)}`);
    const runs = await sorted(lines, { rows: 10, characters: 1e9 });
    expect(runs).toHaveLength(1_003);
    const few = await fewRuns(runs);
    expect(few.length).toBeLessThanOrEqual(64);
    expect(readdirSync(folder)).toHaveLength(few.length);
    expect(await all(few)).toEqual([...lines].sort());
  });

  test('are cut by what they hold, too', async () => {
    const lines = ['b'.repeat(600), 'a'.repeat(600), 'd', 'c'];
    expect(await sorted(lines, { rows: 1_000, characters: 1_000 })).toHaveLength(2);
    expect(await all([])).toEqual([]);
  });
});

describe('lines', () => {
  test('bring back the row, whatever is in it', () => {
    const row: fc.Arbitrary<EntryRow> = fc.record({
      verb: fc.constant('ADD' as const),
      phone,
      listId: fc.constant(1),
      source: fc.constant('IMPORT' as const),
      status: fc.constantFrom('PENDING', 'APPROVED'),
      reason: fc.oneof(
        fc.constant(defaults.reason),
        text.filter((value) => value !== ''),
      ),
      evidence: fc.oneof(
        fc.constant(null),
        text.filter((value) => value !== ''),
      ),
      expiresAt: fc.oneof(
        fc.constant(null),
        fc.date({ min: new Date('1990'), max: new Date('2199'), noInvalidDate: true }),
      ),
      externalReference: fc.oneof(
        fc.constant(null),
        text.filter((value) => value !== ''),
      ),
    });
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 1e9 }), (row, line) => {
        const encoded = encodeRow(row, line, defaults);
        expect(encoded).not.toContain('\n');
        expect(decodeRow(encoded, defaults)).toEqual(row);
        expect(phoneOf(keyIn(encoded))).toBe(row.phone);
      }),
    );
  });

  test('in order are numbers in order, and of one number the lines of the file', () => {
    fc.assert(
      fc.property(phone, phone, fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, b, m, n) => {
        const row = (phone: string): EntryRow => ({ verb: 'ADD', phone, ...defaults });
        const isBefore = encodeRow(row(a), m, defaults) < encodeRow(row(b), n, defaults);
        expect(isBefore).toBe(keyOf(a) === keyOf(b) ? m < n : keyOf(a) < keyOf(b));
        expect(keyOf(a) === keyOf(b)).toBe(a === b);
      }),
    );
  });
});

describe('batches', () => {
  test('R1.2: hold each number once, the strictest of its rows, and go on behind any of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(phone, { minLength: 1, maxLength: 60 }), fc.nat(59), async (phones, place) => {
        const lines = phones.map((phone, n) => {
          const status = n % 3 === 0 ? 'APPROVED' : 'PENDING';
          return encodeRow({ verb: 'ADD', phone, ...defaults, status, reason: `row ${n}` }, n + 1, defaults);
        });
        const runs = await sorted(lines, { rows: 7, characters: 1e9 });
        const whole = await batchesOf(runs, '');
        expect(whole.map(({ phone }) => phone)).toEqual(
          [...new Set(phones)].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
        );
        for (const { phone, status, reason } of whole) {
          const rows = phones.flatMap((other, n) => (other === phone ? [n] : []));
          expect(status).toBe(rows.some((n) => n % 3 === 0) ? 'APPROVED' : 'PENDING');
          expect(reason).toBe(`row ${rows[0]}`);
        }
        const after = keyOf(phones[place % phones.length]!);
        expect(await batchesOf(runs, after)).toEqual(whole.filter(({ phone }) => keyOf(phone) > after));
        rmSync(folder, { recursive: true });
        folder = mkdtempSync(join(tmpdir(), 'quietline-runs-'));
      }),
      { numRuns: 50 },
    );
  });

  test('give others their turn while they pass over what is done already', async () => {
    const phones = Array.from({ length: 4_500 }, (_, n) => `+1415${2_000_000 + n}`);
    const after = keyOf(phones[4_100]!);
    const lines = phones.map((phone, n) => encodeRow({ verb: 'ADD', phone, ...defaults }, n + 1, defaults));
    const batches = entryBatches(await sorted(lines, { rows: 1_000, characters: 1e9 }), { after, size: 399, defaults });
    const sizes: number[] = [];
    for await (const { rows, fileRows, last } of batches) {
      sizes.push(rows.length);
      expect([fileRows, last]).toEqual([rows.length, rows.length === 0 ? after : keyOf(phones.at(-1)!)]);
    }
    expect(sizes).toEqual([0, 0, 0, 0, 399]);

    const [lacking] = await sorted(
      phones.map((phone, n) => `${keyOf(phone)}\t${n}`),
      { rows: 1e9, characters: 1e9 },
    );
    const lifted: number[] = [];
    for await (const entries of lackingBatches(lacking!, after, 399)) lifted.push(entries.length);
    expect(lifted).toEqual([0, 0, 0, 0, 399]);
  });

  test('of what a file lacks give others their turn between two claims, too', async () => {
    const keys = Array.from({ length: 4_500 }, (_, n) => keyOf(`+1415${2_000_000 + n}`));
    const limits = { rows: 1e9, characters: 1e9 };
    const file = await sorted(
      keys.filter((_, n) => n !== 4_400).map((key) => `${key}\tx`),
      limits,
    );
    const claims = [keyOf('+1'), keys[0]!, keys[4_400]!, keys[4_499]!, `${keys[4_499]!}0`];
    const claimed = new RunSorter(folder, 'claims', limits);
    for (const [n, key] of claims.entries()) await claimed.add(`${key}\t${n}`);
    const target = join(folder, 'lacking');
    const work = subtract(await claimed.finish(), file, target);
    let turns = 0;
    for (;;) {
      const { done, value } = await work.next();
      if (done) {
        expect(value).toEqual({ claimed: 5, count: 3 });
        break;
      }
      turns += 1;
    }
    expect(turns).toBeGreaterThanOrEqual(5);
    expect(readFileSync(target, 'utf8').split('\n').filter(Boolean).map(keyIn)).toEqual([
      claims[0],
      claims[2],
      claims[4],
    ]);
  });
});

/** All rows, checking that batches are full and account for every row of the file. */
async function batchesOf(runs: readonly string[], after: string): Promise<EntryRow[]> {
  const rows: EntryRow[] = [];
  let fileRows = 0;
  for await (const batch of entryBatches(runs, { after, size: 5, defaults })) {
    expect(rows.length % 5).toBe(0);
    if (batch.rows.length > 0) expect(batch.last).toBe(keyOf(batch.rows.at(-1)!.phone));
    rows.push(...batch.rows);
    fileRows += batch.fileRows;
  }
  expect(fileRows).toBe((await all(runs)).filter((line) => keyIn(line) > after).length);
  return rows;
}
