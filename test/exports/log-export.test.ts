import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { roles, rolesWith } from '../../src/auth/permissions.ts';
import { record, revoke } from '../consents/consent-story.ts';
import { add, addOne, approve, list, phonesOf, remove, set, update } from '../graphql/entry-story.ts';
import { phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { ended, fetched, logExportDocument, startLogExport } from './export-story.ts';
import { verifyExportedLog } from './independent-verifier.ts';

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  await story();
});

/** Changes of every shape: texts in many scripts, edits, a changed number, people behind keys, settings, keys. */
async function story() {
  const behalf = { onBehalfOf: { id: 'u 1', name: 'Zoë "Z" 張' } };
  await add(staff, { ...behalf, entries: [0, 1, 2, 3].map((n) => ({ phone: phoneOf(n), reason: `Grund ${n}\n=ü` })) });
  const { entry } = await addOne(staff, phoneOf(4), { evidence: 'https://example.com/a.pdf' }, { status: 'PENDING' });
  await approve(staff, { ids: [entry.id] }, { reason: 'reviewed' });
  await update(staff, { entryId: entry.id, phone: phoneOf(5), changeReason: 'a typo' });
  await remove(staff, { phones: { list: 'DNC', numbers: [phoneOf(0)] } }, { evidence: 'letter of 4 March', ...behalf });
  await set(await world.as('ADMIN'), { enforcePending: false, reason: 'we review first' });
  await record(staff, phoneOf(6), { evidence: 'form 17' });
  await revoke(staff, phoneOf(6));
}

const exported = async (input: object = {}, by = staff) =>
  fetched(server, by, (await startLogExport(by, input)).task.id);

const head = async () =>
  (await staff.expectOk('{ auditLog(first: 1) { nodes { position changeSet { hash } } } }')).auditLog.nodes[0];

test('a program that knows section 2 and 7 only verifies the whole log (PROTOCOL.md 70, 71; invariant 4)', async () => {
  const { position, changeSet } = await head();
  const { text, task, headers } = await exported();
  expect(verifyExportedLog(text)).toEqual({ after: 0, position, hash: changeSet.hash });
  expect(task).toMatchObject({
    kind: 'LOG_EXPORT',
    rowsDone: position,
    rowsTotal: position,
    export: { rowCount: position, format: 'NDJSON', file: { name: expect.stringMatching(/^log .*\.ndjson$/) } },
  });
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
});

test('the plain values are there, with what they are committed by (PROTOCOL.md 66)', async () => {
  const lines = (await exported()).text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const removal = lines.findLast(({ kind }) => kind === 'ENTRY_REMOVED');
  expect(removal).toMatchObject({ number: { text: phoneOf(0), salt: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  const itsSet = lines.find(({ type, position }) => type === 'set' && position >= removal.position);
  expect(itsSet).toMatchObject({
    operation: 'removeEntries',
    evidence: { text: 'letter of 4 March' },
    onBehalfOf: { text: '{"id":"u 1","name":"Zoë \\"Z\\" 張"}' },
    actor: { type: 'API_KEY', name: 'Key of the COMPLIANCE' },
  });
  const [consent, ended] = lines.filter(({ kind }) => kind === 'CONSENT');
  expect(consent).toMatchObject({ number: { text: phoneOf(6) }, evidence: { text: 'form 17' }, facts: 'c6' });
  // Under the consent's own salt (PROTOCOL.md 15a).
  expect(ended).toMatchObject({ number: consent.number, entryId: null, evidence: null, facts: '' });
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['API_KEY', 'SETTING', 'LIST', 'ENVIRONMENT']));
});

test('the vector of the protocol verifies (PROTOCOL.md 73)', () => {
  const protocol = readFileSync(new URL('../../src/changes/PROTOCOL.md', import.meta.url), 'utf8');
  const lines = [...protocol.matchAll(/^ {4}(\{"type":.*\})$/gm)].map(([, line]) => `${line}\n`);
  expect(verifyExportedLog(lines.join(''))).toMatchObject({ after: 0, position: 1 });
});

test('whatever is altered, taken out, put in or cut off is found', async () => {
  const { text } = await exported();
  const lines = text.trimEnd().split('\n');
  const verify = (changed: string[]) => () => verifyExportedLog(changed.map((line) => `${line}\n`).join(''));
  expect(verify(lines)).not.toThrow();
  for (let n = 0; n < lines.length; n += 1) {
    expect(verify(lines.toSpliced(n, 1)), `without line ${n + 1}`).toThrow();
    expect(verify(lines.slice(0, n)), `up to line ${n}`).toThrow();
    if (n > 0) expect(verify(lines.toSpliced(n, 0, lines[n - 1]!)), `line ${n} twice`).toThrow();
  }
  for (const [from, to] of [
    [phoneOf(1), phoneOf(8)],
    [phoneOf(6), phoneOf(9)],
    ['form 17', 'form 18'],
    ['Grund 2', 'Grund 9'],
    ['reviewed', 'approved'],
    ['removeEntries', 'updateEntry'],
    ['u 1', 'u 2'],
    ['letter of 4 March', 'letter of 5 March'],
  ] as const)
    expect(verify([text.replace(from, to).trimEnd()]), from).toThrow();
});

test('files join: the next begins with what the last one ended with (PROTOCOL.md 72)', async () => {
  const first = await exported();
  await add(staff, { entries: [phoneOf(20)] });
  const second = await exported({ after: first.task.export.cursor });
  const [a, b] = [verifyExportedLog(first.text), verifyExportedLog(second.text)];
  const start = JSON.parse(second.text.split('\n')[0]!);
  expect([start.after, start.afterHash]).toEqual([a.position, a.hash]);
  expect(b.position).toBeGreaterThan(a.position);
  const nothing = await exported({ after: second.task.export.cursor });
  expect(verifyExportedLog(nothing.text)).toEqual({ after: b.position, position: b.position, hash: b.hash });
});

test('what is changed after it was asked for is not in the file; its cursor says so', async () => {
  const { task } = await startLogExport(staff);
  await add(staff, { entries: [phoneOf(30)] });
  const { text } = await fetched(server, staff, task.id);
  expect(text).not.toContain(phoneOf(30));
  const page = await list(staff, { filterBy: { numberContains: phoneOf(30) } });
  expect(phonesOf(page)).toEqual([phoneOf(30)]);
});

test('a cursor of another environment, or none at all, exports nothing', async () => {
  const other = await world.sandbox.as('ADMIN');
  const { cursor } = await add(other, { entries: [phoneOf(1)] });
  const { data } = await staff.expectError('INVALID_VALUE', logExportDocument, { input: { after: cursor } });
  expect(data.startLogExport.userErrors[0]).toMatchObject({ path: ['input', 'after'] });
  await staff.expectError('INVALID_CURSOR', logExportDocument, { input: { after: 'x' } });
});

test('CSV for people: a row for each change, safe to open (PROTOCOL.md 74)', async () => {
  const { text } = await exported({ format: 'CSV' });
  expect(text.startsWith('\ufeffposition,at,kind,phone,list')).toBe(true);
  const rows: Record<string, string>[] = parse(text, { columns: true, bom: true });
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, n) => n + 1));
  expect(rows.find(({ kind }) => kind === 'ENTRY_REMOVED')).toMatchObject({
    phone: expect.stringMatching(/^\+1415/),
    list: 'DNC',
    operation: 'updateEntry',
    'changeSet.reason': 'a typo',
    'actor.name': 'Key of the COMPLIANCE',
  });
  for (const cell of rows.flatMap((row) => Object.values(row)))
    if (!/^\+[1-9]\d{6,14}$/.test(cell)) expect(cell).not.toMatch(/(^|\n)\s*[=+\-@]/);
});

test('who may (R7)', async () => {
  for (const role of roles) {
    const client = await world.as(role);
    if (rolesWith('log:export').includes(role as never))
      expect((await ended(client, (await startLogExport(client)).task.id)).export.file.url).toMatch(/download/);
    else await client.expectError('FORBIDDEN', logExportDocument, { input: {} });
  }
});
