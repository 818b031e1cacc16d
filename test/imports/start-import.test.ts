import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/auth/permissions.ts';
import { fixturePath } from '../fixtures/make-fixtures.ts';
import { contactSaid, list } from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { untilDone, untilEnded } from '../support/tasks.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { importFile, reportOf, start, startDocument, upload } from './import-story.ts';

let server: Quietline;
let world: World;
let staff: Client;
let file: string;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  file = await upload(server, staff, 'phone,reason\n+14155550101,Asked\n');
});

async function refused(code: string, input: object, path: string, message: RegExp, by = staff) {
  const { data } = await by.expectError(code, startDocument, { input: { upload: file, list: 'DNC', ...input } });
  const [error] = data.startImport.userErrors;
  expect(error.path.join('.')).toBe(`input.${path}`);
  expect(error.message).toMatch(message);
}

describe('an import that cannot be meant is not started', () => {
  test.each([
    ['INVALID_VALUE', { headerLine: 1_000 }, 'headerLine', /can't be in line 1000: .+ is line 2\./],
    ['INVALID_VALUE', { headerLine: 2 }, 'headerLine', /Line 2 has a phone number/],
    ['NOT_FOUND', { list: 'NOPE' }, 'list', /there are DNC/],
    ['NOT_FOUND', { upload: 'VXBsb2FkOng' }, 'upload', /no upload of yours/],
    ['REQUIRED', { columns: { reason: 1 } }, 'columns.phone', /which column/],
    ['INVALID_VALUE', { columns: { phone: -1 } }, 'columns.phone', /counted from 0/],
    [
      'INVALID_VALUE',
      { columns: { phone: 0, evidence: 2 } },
      'columns.evidence',
      /has 2 columns, so the last one is 1/,
    ],
    ['INVALID_VALUE', { defaultCountry: 'Utopia' }, 'defaultCountry', /two letters/],
    ['TOO_LONG', { reason: 'x'.repeat(1_001) }, 'reason', /1001 characters/],
    ['REQUIRED', { mode: 'REPLACE' }, 'origin', /name the origin/],
    ['TOO_LONG', { origin: 'x'.repeat(101) }, 'origin', /101 characters/],
    ['INVALID_VALUE', { maxLiftedShare: 0.2 }, 'maxLiftedShare', /Only REPLACE/],
    ['INVALID_VALUE', { mode: 'REPLACE', origin: 'V', maxLiftedShare: 1.1 }, 'maxLiftedShare', /from 0 to 1/],
    ['REFUSED', { asOptOuts: true }, 'list', /DNT/],
    ['REFUSED', { asOptOuts: true, list: 'DNT', mode: 'REPLACE', origin: 'V' }, 'mode', /only their START/],
    ['REFUSED', { asOptOuts: true, list: 'DNT', review: 'PERMANENT' }, 'review', /can't be made permanent/],
    [
      'REFUSED',
      { asOptOuts: true, list: 'DNT', columns: { phone: 0, expiresAt: 1 } },
      'columns.expiresAt',
      /no expiry/,
    ],
  ] as const)('%s %j', refused);

  test('an upload of somebody else, of another environment, or not complete', async () => {
    const integrator = await world.as('INTEGRATOR');
    await refused('NOT_FOUND', {}, 'upload', /no upload of yours/, integrator);
    const elsewhere = await (await newEnvironment(server)).as('COMPLIANCE');
    await refused('NOT_FOUND', {}, 'upload', /no upload of yours/, elsewhere);
    const begun = await fetch(`${server.url}/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${staff.token}`, 'tus-resumable': '1.0.0', 'upload-length': '10' },
    });
    const id = begun.headers.get('location')!.split('/').at(-1);
    await refused('REFUSED', { upload: id }, 'upload', /not complete/);
  });

  test('a file that is no table is refused with what to do; one that turns out so fails with it', async () => {
    const xls = await upload(server, staff, readFileSync(fixturePath('old-excel.xls')), 'old.xls');
    await refused('INVALID_VALUE', { upload: xls }, 'upload', /\.xlsx/);
    const cut = `${'+14155550101,x\n'.repeat(30_000)}"+14155550102`;
    const task = await start(staff, { upload: await upload(server, staff, cut) });
    expect(await untilEnded(staff, task)).toMatchObject({ state: 'FAILED', failure: { code: 'UNCLOSED_QUOTE' } });
    expect((await reportOf(staff, task)).import.summary).toMatch(/^It could not go on/);
    const { entries } = await staff.expectOk('{ entries { totalCount } }');
    expect(entries.totalCount).toBe(0);
  });
});

test('R7: who may import what', async () => {
  const may = async (role: Role, input: object) => {
    const by = await world.as(role);
    const answer = await by.query(startDocument, {
      input: { upload: role === 'AGENT' ? file : await upload(server, by, 'x'), list: 'DNC', isDryRun: true, ...input },
    });
    return answer.errors[0]?.extensions?.permission ?? answer.data.startImport.userErrors[0]?.code ?? 'YES';
  };
  const replace = { mode: 'REPLACE', origin: 'V' };
  expect(await may('INTEGRATOR', {})).toBe('YES');
  expect(await may('INTEGRATOR', { review: 'APPROVED', ...replace })).toBe('YES');
  expect(await may('INTEGRATOR', { review: 'PERMANENT' })).toBe('entry:permanent');
  expect(await may('INTEGRATOR', { list: 'DNT', asOptOuts: true })).toBe('import:opt-outs');
  expect(await may('COMPLIANCE', { review: 'PERMANENT' })).toBe('YES');
  expect(await may('COMPLIANCE', { list: 'DNT', asOptOuts: true })).toBe('YES');
  expect(await may('AGENT', {})).toBe('file:import');
});

test('P1.8: sent again with its key it is one import, even when the upload has gone', async () => {
  const once = await upload(server, staff, '+14155550301');
  const input = { upload: once, idempotencyKey: 'import 1' };
  const first = await start(staff, input);
  await untilDone(staff, first);
  await fetch(`${server.url}/upload/${once}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${staff.token}`, 'tus-resumable': '1.0.0' },
  });
  expect(await start(staff, input)).toBe(first);
  await refused('IDEMPOTENCY_MISMATCH', { ...input, review: 'APPROVED' }, 'idempotencyKey', /other input/);
});

describe('R4.6: opt-outs carried over', () => {
  test("stand as the persons' own word, with date and business number, and only START lifts them", async () => {
    const csv = 'phone,date,to\n4155550401,2024-05-06,+14155550199\nShop-4U,,55512\n';
    const input = { list: 'DNT', asOptOuts: true, columns: { phone: 0, requestedAt: 1, businessNumber: 2 } };
    const { import: report } = await importFile(server, staff, csv, input);
    expect(report).toMatchObject({ isOptOuts: true, review: 'APPROVED', addedCount: 2, warningCount: 1 });
    const { entries } = await staff.expectOk(
      '{ entries(filterBy: { endUserOptedOut: true }) { nodes { id phone status requestedAt businessNumber source } } }',
    );
    expect(
      entries.nodes.toSorted((a: { phone: string }, b: { phone: string }) => (a.phone < b.phone ? -1 : 1)),
    ).toMatchObject([
      {
        phone: '+14155550401',
        status: 'APPROVED',
        requestedAt: '2024-05-06T00:00:00.000Z',
        businessNumber: '+14155550199',
      },
      { phone: 'Shop-4U', status: 'APPROVED', businessNumber: '55512', source: 'IMPORT' },
    ]);
    const removal = await staff.expectOk(
      'mutation ($input: RemoveEntriesInput!) { removeEntries(input: $input) { refusedCount results { refusal { code } } userErrors { code } } }',
      { input: { entries: { ids: [entries.nodes[0].id] }, reason: 'x', evidence: 'y' } },
    );
    expect(removal.removeEntries.results[0].refusal.code).toBe('END_USER_OPTED_OUT');
  });

  test('invariant 7: no import weakens what a person said themselves', async () => {
    await contactSaid(world, { phone: '+14155550402', listId: 2, source: 'SMS_KEYWORD', endUserOptedOut: true });
    const nightly = { list: 'DNT', origin: 'V', mode: 'REPLACE', maxLiftedShare: 1 };
    await importFile(server, staff, '+14155550402', nightly);
    const { import: report } = await importFile(server, staff, '+14155550403', nightly);
    expect(report).toMatchObject({ liftedCount: 1 });
    const nodes = (await list(staff, { filterBy: { numberContains: '5550402' } })).edges;
    expect(nodes).toMatchObject([{ node: { source: 'SMS_KEYWORD', endUserOptedOut: true } }]);
  });
});

const PREVIEW = /* GraphQL */ `
  query Preview($input: PreviewImportInput!) {
    previewImport(input: $input) {
      fileName fileSize kind encoding delimiter sheet hasHeader headerLine estimatedRowCount phoneColumnReason notes
      columns { index name samples phoneShare }
      guess { phone reason evidence expiresAt requestedAt externalReference businessNumber }
      rows { line cells }
    }
  }
`;

describe('previewImport', () => {
  test('shows the first 500 columns, and says how many there are', async () => {
    const id = await upload(server, staff, `phone${','.repeat(599)}\n+14155550101${','.repeat(599)}\n`);
    const { previewImport } = await staff.expectOk(PREVIEW, { input: { upload: id } });
    expect(previewImport.columns).toHaveLength(500);
    expect(previewImport.rows[0].cells).toHaveLength(500);
    expect(previewImport.notes).toEqual([expect.stringMatching(/^The file has 600 columns\. The first 500 are shown/)]);
  });

  test('shows how a file will be read, and that opt-outs cannot be undone', async () => {
    const bytes = readFileSync(fixturePath('windows-1252-spanish.csv'));
    const id = await upload(server, staff, bytes, 'lista.csv');
    const { previewImport } = await staff.expectOk(PREVIEW, { input: { upload: id, asOptOuts: true } });
    expect(previewImport).toMatchObject({
      fileName: 'lista.csv',
      fileSize: bytes.length,
      kind: 'CSV',
      encoding: 'WINDOWS1252',
      delimiter: ';',
      sheet: null,
      hasHeader: true,
      headerLine: 1,
      estimatedRowCount: 1,
      columns: [{ index: 0, name: 'Teléfono', samples: ['+34600000001'], phoneShare: 1 }, { index: 1 }, { index: 2 }],
      guess: { phone: 0, reason: 1, requestedAt: 2, evidence: null },
      rows: [{ line: 2, cells: ['+34600000001', 'Pidió que no ’€’', '2026-03-04'] }],
      notes: [expect.stringContaining("can't be undone")],
    });
    expect(previewImport.phoneColumnReason).not.toBe('');
  });

  test('is for whoever uploaded the file', async () => {
    await (await world.as('INTEGRATOR')).expectError('BAD_USER_INPUT', PREVIEW, { input: { upload: file } });
    await (await world.as('AUDITOR')).expectError('FORBIDDEN', PREVIEW, { input: { upload: file } });
  });
});

test('task pages are for A, C, U and whoever started it; the log is told no number', async () => {
  const integrator = await world.as('INTEGRATOR');
  const theirs = await importFile(server, integrator, '+14155550501\nx');
  expect(theirs.import).toMatchObject({ addedCount: 1, rowProblemsFile: { name: expect.any(String) } });
  const { task } = await (await world.as('AGENT')).expectOk('query ($id: ID!) { task(id: $id) { id } }', {
    id: theirs.id,
  });
  expect(task).toBeNull();
  expect((await reportOf(await world.as('AUDITOR'), theirs.id)).import.addedCount).toBe(1);
  expect(server.log()).not.toMatch(/4155550(?:101|301|401|501)/);
});

test('where words are taken for numbers, a word in the first line is data and no header; the name of a column is one (R2.3, R1.7)', async () => {
  const senders = 'ACMEBANK\n+14155550611\n+14155550612\n';
  const there = await newEnvironment(server);
  const by = await there.as('COMPLIANCE');
  const spam = await importFile(server, by, senders, { list: 'SPAM' });
  expect(spam.import).toMatchObject({ rowCount: 3, addedCount: 3 });
  const optOuts = await importFile(server, by, senders, { list: 'DNT', asOptOuts: true });
  expect(optOuts.import).toMatchObject({ rowCount: 3, addedCount: 3 });
  const named = await importFile(server, by, 'Phone number\n+14155550621\n+14155550622\n', { list: 'SPAM' });
  expect(named.import).toMatchObject({ rowCount: 2, addedCount: 2 });
  // Elsewhere a word is no number, and stands there as a title.
  expect((await importFile(server, by, senders)).import).toMatchObject({ rowCount: 2, addedCount: 2 });
});
