import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportReading, phoneColumnOnly } from '../../src/domain/imports/import-input.ts';
import { importRowReader } from '../../src/domain/imports/read-import-row.ts';
import type { LineProblem } from '../../src/domain/imports/row-problems.ts';
import { localFile } from '../../src/domain/spreadsheets/file-source.ts';
import { previewFile } from '../../src/domain/spreadsheets/preview-file.ts';
import { entryBatches } from '../../src/tasks/import/entry-batches.ts';
import { rowDefaults } from '../../src/tasks/import/entry-line.ts';
import { readAnySize } from '../../src/tasks/import/read-any-size.ts';
import { readFile } from '../../src/tasks/import/read-file.ts';
import { fixturePath } from '../fixtures/make-fixtures.ts';
import { textFiles } from '../fixtures/text-files.ts';
import { workbookFiles } from '../fixtures/workbook-files.ts';

const reading: ImportReading = {
  columns: phoneColumnOnly,
  list: { id: 1, key: 'DNC', blocks: 3 },
  defaultCountry: 'US',
  now: '2026-11-25T12:00:00.000Z',
  review: 'APPROVED',
  reason: null,
  areOptOuts: false,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quietline-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(path: string, columns = reading.columns) {
  const problems: LineProblem[] = [];
  const { format } = await previewFile(localFile(path, path), { defaultCountry: 'US' });
  const job = { path, name: path, format, reading: { ...reading, columns }, folder };
  const file = await readFile(job, {
    problems: async (batch) => void problems.push(...batch),
    rows: () => {},
  });
  return { ...file, problems };
}

test.each([...textFiles, ...workbookFiles])('invariant 9: every row of $file is accounted for', async (fixture) => {
  const path = fixturePath(fixture.file);
  const { guess } = await previewFile(localFile(path, path), { defaultCountry: 'US' });
  const columns = { ...guess, phone: guess.phone ?? 0 };
  const { runs, counts, problems } = await read(path, columns);
  expect(counts).toMatchObject({ ROWS: fixture.rows.length, EMPTY_LINES: fixture.emptyRows ?? 0 });

  // Each row by itself, and which of them are of one number.
  const readRow = importRowReader({ ...reading, columns });
  const expected = fixture.rows.map(([line, ...cells]) => ({ line, ...readRow(cells) }));
  const taken = expected.filter(({ row }) => row !== null);
  const invalid = problems.filter(({ severity }) => severity === 'INVALID');
  expect(problems).toEqual(
    expected.flatMap(({ line, problems }) => problems.map((problem, n) => ({ ...problem, line, n }))),
  );
  expect(counts).toMatchObject({ INVALID: invalid.length, WARNING: problems.length - invalid.length });

  const phones: string[] = [];
  let fileRows = 0;
  for await (const batch of entryBatches(runs, { after: '', size: 2, defaults: rowDefaults(reading) })) {
    phones.push(...batch.rows.map(({ phone }) => phone));
    fileRows += batch.fileRows;
  }
  expect(phones).toEqual([...new Set(taken.map(({ row }) => row!.phone))].sort());
  expect(fileRows + counts.INVALID).toBe(counts.ROWS);
});

test('two files are read in threads at once: a third one waits', async () => {
  const path = join(folder, 'list.csv');
  writeFileSync(path, 'not a number\n'.repeat(3_000));
  const { format } = await previewFile(localFile(path, path), { defaultCountry: 'US' });
  let inside = 0;
  let most = 0;
  const readOne = async (n: number) => {
    const own = join(folder, String(n));
    mkdirSync(own);
    let isFirst = true;
    const job = { path, name: path, format, reading, folder: own };
    const problems = async () => {
      if (!isFirst) return;
      isFirst = false;
      inside += 1;
      most = Math.max(most, inside);
      // Long enough that a thread which doesn't wait for its place comes meanwhile.
      await sleep(500);
      inside -= 1;
    };
    return readAnySize(job, 40_000, { problems, rows: () => {} }, new AbortController().signal);
  };
  const files = await Promise.all([1, 2, 3].map(readOne));
  expect(files.map(({ counts }) => counts.INVALID)).toEqual([3_000, 3_000, 3_000]);
  expect(most).toBeLessThanOrEqual(2);
});

test('read twice it is the same to the byte: whoever goes on after a crash may trust it', async () => {
  const path = join(folder, 'list.csv');
  const lines = Array.from({ length: 3_000 }, (_, n) =>
    n % 7 === 0 ? `bad ${n}` : `+1415${2_000_000 + ((n * 7919) % 900)}`,
  );
  writeFileSync(path, lines.join('\n'));
  const bytes = async () => {
    const { runs, problems, counts } = await read(path);
    return JSON.stringify([runs.map((run) => readFileSync(run, 'utf8')), problems, counts]);
  };
  expect(await bytes()).toBe(await bytes());
});

test('rows that a forgotten quotation mark has swallowed are told, though another one closes it (invariant 9)', async () => {
  const path = join(folder, 'swallowed.csv');
  const rows = [
    'phone,reason',
    '+14155550101,"asked',
    '+14155550102,asked',
    '+14155550103,asked"',
    '+14155550104,asked',
  ];
  writeFileSync(path, rows.join('\n'));
  const columns = { ...phoneColumnOnly, reason: 1 };
  const { counts, swallowed, problems } = await read(path, columns);
  expect({ ...counts, swallowed }).toMatchObject({ ROWS: 2, WARNING: 1, swallowed: 2 });
  expect(problems).toMatchObject([{ line: 2, severity: 'WARNING', code: 'ROWS_IN_CELL', raw: '+14155550102,asked' }]);
  // What people write over several lines is no row, though there is a number in it.
  writeFileSync(path, 'phone,reason\n+14155550101,"Asked on the phone,\nto be called at +14155550199\nno more"\n');
  expect(await read(path, columns)).toMatchObject({ swallowed: 0, problems: [] });
});
