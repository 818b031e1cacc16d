import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixturePath } from '../fixtures/make-fixtures.ts';
import { addOne, list } from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { untilDone } from '../support/tasks.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { headOf, importFile, type Problem, problemsOf, start, upload } from './import-story.ts';

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline();
});

const fresh = async () => {
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
};

test('an upload stays for its import after a dry run, and ends six hours after the import was done', async () => {
  await fresh();
  const id = await upload(server, staff, '+14155550101');
  const left: number[] = [];
  for (const isDryRun of [true, false]) {
    await untilDone(staff, await start(staff, { upload: id, isDryRun }));
    const { node } = await staff.expectOk('query ($id: ID!) { node(id: $id) { ... on Upload { expiresAt } } }', { id });
    left.push((Date.parse(node.expiresAt) - Date.now()) / 3_600_000);
  }
  expect(left.map(Math.round)).toEqual([168, 6]);
});

describe('a file with all there is', () => {
  const csv = [
    'phone;why;until;asked;id',
    '(415) 555-0101;On the phone;;2026-03-04;a1',
    '+14155550102;;2099-01-31;;a2',
    '4.155550103E9;;;;a3',
    '',
    'no number;;;;a4',
    '+14155550104;;soon;;a5',
    '+1 415 555 0101;Again;;2025-01-01;a6',
    '+14155550105;;2020-01-01;;a7',
    '4.15555E+09;;;;a8',
    '+14155550106;;;;a9',
  ].join('\r\n');
  const columns = { phone: 0, reason: 1, expiresAt: 2, requestedAt: 3, externalReference: 4 };
  let task: Awaited<ReturnType<typeof importFile>>;

  beforeAll(async () => {
    await fresh();
    await addOne(staff, '+14155550106'); // By the API: another reason, and another entry (R1.1).
    task = await importFile(server, staff, csv, { columns, reason: 'From the vendor', review: 'APPROVED' });
  });

  test('invariant 9: every row is accounted for', () => {
    expect(task).toMatchObject({ kind: 'IMPORT', state: 'DONE', step: 'Done', rowsDone: 9, rowsTotal: 9 });
    expect(task.import).toMatchObject({
      fileName: 'list.csv',
      list: { key: 'DNC' },
      review: 'APPROVED',
      mode: 'ADD',
      rowCount: 9,
      addedCount: 5,
      raisedCount: 0,
      alreadyListedCount: 0,
      duplicateCount: 1,
      invalidCount: 3,
      warningCount: 2,
      emptyLineCount: 1,
      newlyBlockedCount: null,
      summary:
        '5 numbers were added to DNC. 1 row repeats a number of the file. 3 rows could not be read: see rowProblems. 2 warnings.',
    });
  });

  test('its entries are as the rows say: R1.2 merged, R1.7 for review, R1.8 by import', async () => {
    const { edges } = await list(staff, { first: 100, filterBy: { sources: ['IMPORT'] } });
    const imported = new Map(edges.map(({ node }: { node: { phone: string } }) => [node.phone, node]));
    expect([...imported.keys()].sort()).toEqual(['01', '02', '03', '04', '06'].map((n) => `+141555501${n}`));
    expect(imported.get('+14155550101')).toMatchObject({
      status: 'APPROVED',
      reason: 'On the phone',
      requestedAt: '2025-01-01T00:00:00.000Z',
      externalReference: 'a1',
      rawInput: '(415) 555-0101',
      createdBy: { kind: 'USER' },
    });
    expect(imported.get('+14155550102')).toMatchObject({
      reason: 'From the vendor',
      expiresAt: '2099-02-01T12:00:00.000Z',
    });
    expect(imported.get('+14155550103')).toMatchObject({ rawInput: '4.155550103E9', status: 'APPROVED' });
    expect(imported.get('+14155550104')).toMatchObject({ status: 'PENDING', expiresAt: null });
  });

  test('what is wrong is told by line, in pages from both ends, with the raw value', async () => {
    const all = await problemsOf(staff, task.id);
    expect(all.nodes.map(({ line, severity, code, raw }: Problem) => [line, severity, code, raw])).toEqual([
      [4, 'WARNING', 'SPREADSHEET_NUMBER_UNDONE', '4.155550103E9'],
      [6, 'INVALID', 'LETTERS', 'no number'],
      [7, 'WARNING', 'UNREADABLE_EXPIRY', 'soon'],
      [9, 'INVALID', 'EXPIRY_IN_THE_PAST', '2020-01-01'],
      [10, 'INVALID', 'SPREADSHEET_NUMBER', '4.15555E+09'],
    ]);
    const first = await problemsOf(staff, task.id, { severity: 'INVALID', first: 2 });
    expect(first).toMatchObject({ nodes: [{ line: 6 }, { line: 9 }], pageInfo: { hasNextPage: true } });
    const rest = await problemsOf(staff, task.id, { severity: 'INVALID', first: 2, after: first.pageInfo.endCursor });
    expect(rest).toMatchObject({ nodes: [{ line: 10 }], pageInfo: { hasNextPage: false } });
    const last = await problemsOf(staff, task.id, { last: 2, before: all.pageInfo.endCursor });
    expect(last).toMatchObject({ nodes: [{ line: 7 }, { line: 9 }], pageInfo: { hasPreviousPage: true } });
  });

  test('and as a CSV behind a link', async () => {
    const { url, name } = task.import.rowProblemsFile;
    const answer = await fetch(new URL(url, server.url));
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain(name);
    const lines = Buffer.from(await answer.arrayBuffer())
      .toString()
      .split('\r\n');
    expect(lines[0]).toBe('\ufeffline,severity,code,reason,raw value');
    expect(lines[2]).toMatch(/^6,INVALID,LETTERS,.*,no number$/);
    expect(lines).toHaveLength(7);
  });

  test('imported again it adds nothing, and says so', async () => {
    const head = await headOf(staff);
    const again = await importFile(server, staff, csv, { columns, reason: 'From the vendor', review: 'APPROVED' });
    expect(again.import).toMatchObject({
      addedCount: 0,
      raisedCount: 0,
      alreadyListedCount: 5,
      duplicateCount: 1,
      invalidCount: 3,
    });
    expect(again.import.summary).toMatch(/^Nothing new: all 5 numbers of the file were on DNC already\./);
    expect(await headOf(staff)).toBe(head);
  });
});

test('the log names the import: its starter, its reason and its task, and numbers block at once', async () => {
  await fresh();
  const upload1 = await upload(server, staff, '+14155550101\n+14155550102\n');
  const id = await start(staff, { upload: upload1, reason: 'Nightly', onBehalfOf: { id: '7', name: 'Pat' } });
  await untilDone(staff, id);
  const { auditLog } = await staff.expectOk(
    '{ auditLog(first: 5) { nodes { kind operation onBehalfOf { name } changeSet { id } phone } } }',
  );
  expect(auditLog.nodes.slice(0, 2)).toMatchObject([
    { kind: 'ENTRY_ADDED', operation: 'startImport', onBehalfOf: { name: 'Pat' } },
    { kind: 'ENTRY_ADDED', operation: 'startImport', onBehalfOf: { name: 'Pat' } },
  ]);
  const { check } = await staff.expectOk('{ check(phone: "+14155550102", channel: CALL) { decision } }');
  expect(check.decision).toBe('BLOCK');
});

test('R1.2: an import raises what is there, and never weakens it', async () => {
  await fresh();
  await importFile(server, staff, '+14155550101\n+14155550102\n', { review: 'APPROVED' });
  const again = await importFile(server, staff, '+14155550101\n+14155550102\n+14155550103', { review: 'FOR_REVIEW' });
  expect(again.import).toMatchObject({ addedCount: 1, alreadyListedCount: 2, raisedCount: 0 });
  const raised = await importFile(server, staff, '+14155550103\n+14155550102', { review: 'APPROVED' });
  expect(raised.import).toMatchObject({ raisedCount: 1, alreadyListedCount: 1 });
  expect(raised.import.summary).toBe('0 numbers were added to DNC, 1 made stricter; 1 was there already.');
});

test('a workbook is read in a thread of its own, and a file of many rows is more than one batch', async () => {
  await fresh();
  const workbook = await importFile(server, staff, readFileSync(fixturePath('as-excel-writes.xlsx')), {
    name: 'x.xlsx',
  });
  expect(workbook.import.rowCount).toBeGreaterThan(0);
  const numbers = Array.from({ length: 3_300 }, (_, n) => `+1415${3_000_000 + ((n * 7919) % 2_500)}`);
  const many = await importFile(server, staff, ['Phone', ...numbers, 'x'].join('\n'));
  expect(many.import).toMatchObject({ rowCount: 3_301, addedCount: 2_500, duplicateCount: 800, invalidCount: 1 });
  const { entries } = await staff.expectOk('{ entries(filterBy: { sources: [IMPORT] }) { totalCount } }');
  expect(entries.totalCount).toBe(2_500 + workbook.import.addedCount);
  const { auditLog } = await staff.expectOk('{ auditLog(first: 100) { nodes { changeSet { id } } } }');
  expect(auditLog.nodes).toHaveLength(100);
});
