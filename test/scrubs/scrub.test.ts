import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { roles, rolesWith } from '../../src/auth/permissions.ts';
import { ENTRY_CHANGES } from '../graphql/feed-documents.ts';
import { list, phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { scrubbed, startScrubDocument, upload } from './scrub-story.ts';

let server: Quietline;
let world: World;
let staff: Client;
let cursorOfLists: string;

const [onDnc, onDnt, onBoth, free] = [phoneOf(1), phoneOf(2), phoneOf(3), phoneOf(4)];

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  await list(staff, 'DNC', [onDnc, onBoth], { reason: 'Asked by letter', requestedAt: '2026-03-03T00:00:00Z' });
  cursorOfLists = (await list(staff, 'DNT', [onDnt, onBoth], { requestedAt: '2026-03-04T00:00:00Z' })).cursor;
});

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true, bom: true });

test('a lead file comes back split, and the answer says how many rows, for what, and at which place (R3.1)', async () => {
  const file = `name,phone\nAnn,${free}\nBob,${onDnc}\nCid,call me\nDan,${onDnt}\nAnn,${free}\nEve,\n`;
  const { task, callable, blocked } = await scrubbed(server, staff, file, { name: 'Monday.csv' });
  expect(callable).toBe(`name,phone\nAnn,${free}\nDan,${onDnt}\nAnn,${free}\n`);
  expect(rowsOf(blocked)).toEqual([
    {
      name: 'Bob',
      phone: onDnc,
      quietline_outcome: 'BLOCKED',
      quietline_reason: `Do not call ${onDnc}: it is on the Do Not Call list since 3 March 2026 (Asked by letter).`,
      quietline_lists: 'DNC',
      quietline_line: '3',
    },
    {
      name: 'Cid',
      phone: 'call me',
      quietline_outcome: 'INVALID',
      quietline_reason: expect.stringMatching(/^Do not call this number: it can't be read as a phone number\. .+\.$/),
      quietline_lists: '',
      quietline_line: '4',
    },
    expect.objectContaining({ name: 'Eve', quietline_outcome: 'INVALID', quietline_line: '7' }),
  ]);
  expect(task).toMatchObject({ rowsDone: 6, rowsTotal: 6, failure: null });
  expect(task.scrub).toMatchObject({
    fileName: 'Monday.csv',
    channel: 'CALL',
    direction: 'OUTBOUND',
    phoneColumns: [1],
    checkedCount: 6,
    callableCount: 3,
    blockedCount: 1,
    invalidCount: 2,
    cursor: cursorOfLists,
    summary:
      "6 rows checked for outbound calls: 3 may be contacted, 1 is blocked and 2 have a number that can't be read.",
    callableFile: {
      name: 'Monday-callable.csv',
      size: Buffer.byteLength(callable),
      mediaType: 'text/csv; charset=utf-8',
    },
    blockedFile: { name: 'Monday-blocked.csv', size: Buffer.byteLength(blocked) },
  });
});

test('the split is by contact: a text opt-out may be called, and whoever is on DNC may call in (R3.1)', async () => {
  const file = [onDnc, onDnt, onBoth, free, 'nobody'].map((phone) => `${phone}\n`).join('');
  const split = async (channel: string, direction = 'OUTBOUND') => {
    const { callable, blocked } = await scrubbed(server, staff, file, { channel, direction, hasHeader: false });
    const lists = (parse(blocked) as string[][]).map(([phone, , , keys]) => `${phone} ${keys}`.trim());
    return { callable: callable.trimEnd().split('\n'), lists };
  };
  expect(await split('CALL')).toEqual({
    callable: [onDnt, free],
    lists: [`${onDnc} DNC`, `${onBoth} DNC`, 'nobody'],
  });
  expect(await split('SMS')).toEqual({
    callable: [free],
    lists: [`${onDnc} DNC`, `${onDnt} DNT`, `${onBoth} DNC DNT`, 'nobody'],
  });
  expect((await split('CALL', 'INBOUND')).callable).toHaveLength(5);
});

test('of several columns with numbers each that is given must be free, and one must be there', async () => {
  const rows = [
    ['both free', free, phoneOf(5)],
    ['second listed', free, onDnc],
    ['second empty', free, ''],
    ['first empty', ' ', free],
    ['none', '', ''],
    ['second unreadable', free, '?'],
    ['listed and unreadable', '?', onDnc],
    ['short row', free],
  ];
  const file = `name,home,work\n${rows.map((row) => row.join(',')).join('\n')}\n`;
  const { task, callable, blocked } = await scrubbed(server, staff, file, { phoneColumns: [1, 2] });
  expect(rowsOf(callable.replace(`short row,${free}`, `short row,${free},`)).map(({ name }) => name)).toEqual([
    'both free',
    'second empty',
    'first empty',
    'short row',
  ]);
  expect(rowsOf(blocked).map((row) => `${row.name}: ${row.quietline_outcome} ${row.quietline_lists}`.trim())).toEqual([
    'second listed: BLOCKED DNC',
    'none: INVALID',
    'second unreadable: INVALID',
    'listed and unreadable: BLOCKED DNC',
  ]);
  expect(rowsOf(blocked)[3]!.quietline_reason).toMatch(/can't be read.+Do not call \+1415555000\d: it is on/);
  expect(task.scrub).toMatchObject({ callableCount: 4, blockedCount: 2, invalidCount: 2 });
});

test("numbers are read by the country that is asked for, else by the setting, as the API's other doors read them (R2.1)", async () => {
  const german = '+4915123456789';
  await list(staff, 'DNC', [german]);
  const file = '0151 23456789\n(415) 555-0001\n';
  const inGermany = await scrubbed(server, staff, file, { defaultCountry: 'de', hasHeader: false });
  expect(inGermany.blocked).toContain('0151 23456789,BLOCKED,');
  const byDefault = await scrubbed(server, staff, file, { hasHeader: false });
  expect(byDefault.blocked).toContain('(415) 555-0001,BLOCKED,');
});

test('whoever follows the log from the cursor learns of every number that was blocked afterwards (R5.3)', async () => {
  const { task, callable } = await scrubbed(server, staff, `${phoneOf(60)}\n`, { hasHeader: false });
  expect(callable).toBe(`${phoneOf(60)}\n`);
  await list(staff, 'DNC', [phoneOf(60)]);
  const follower = staff.subscribe(ENTRY_CHANGES, { after: task.scrub.cursor });
  const read = await follower.until(({ entryChanges }) => entryChanges.__typename === 'ChangeBatch');
  expect(read.at(-1).entryChanges.changes[0]).toMatchObject({ phone: phoneOf(60), blocked: { outboundCall: true } });
  await follower.close();
});

describe('what is refused', () => {
  const start = (by: Client, input: object) => ({ input: { channel: 'CALL', ...input } as object, by });
  const refused = async (code: string, { by, input }: ReturnType<typeof start>) =>
    (await by.expectError(code, startScrubDocument, { input })).data?.startScrub?.userErrors[0];

  test('another environment, somebody else, nothing at all: no such upload (invariant 8)', async () => {
    const id = await upload(server, staff, `${free}\n`);
    const stranger = await (await newEnvironment(server)).as('COMPLIANCE');
    for (const by of [stranger, await world.sandbox.as('COMPLIANCE'), await world.as('INTEGRATOR')])
      expect(await refused('NOT_FOUND', start(by, { upload: id }))).toMatchObject({ path: ['input', 'upload'] });
    expect(await refused('NOT_FOUND', start(staff, { upload: 'VXBsb2FkOjE' }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a file that is no table, and columns and countries that are not there', async () => {
    const excel = await upload(server, staff, Buffer.from('d0cf11e0a1b11ae1'.padEnd(2_000, '0'), 'hex'), 'old.xls');
    expect((await refused('INVALID_VALUE', start(staff, { upload: excel })))?.message).toMatch(/\.xlsx/);
    const id = await upload(server, staff, `Ann,${free}\n`);
    for (const phoneColumns of [[], [2], [-1], Array.from({ length: 11 }, (_, n) => n)])
      expect(await refused('INVALID_VALUE', start(staff, { upload: id, phoneColumns }))).toMatchObject({
        path: ['input', 'phoneColumns'],
      });
    expect(await refused('INVALID_VALUE', start(staff, { upload: id, defaultCountry: 'XX' }))).toMatchObject({
      path: ['input', 'defaultCountry'],
    });
  });

  test('a header that is said to be where numbers are: they would come back unchecked (R3.1)', async () => {
    const hasNone = await upload(server, staff, `Ann,${onDnc}\nBob,${free}\n`);
    const hasOne = await upload(server, staff, `name,phone\nAnn,${onDnc}\nBob,${free}\nCid,${free}\n`);
    for (const [upload, hint, field] of [
      [hasNone, { hasHeader: true }, 'hasHeader'],
      [hasOne, { headerLine: 2 }, 'headerLine'],
      [hasOne, { headerLine: 3, phoneColumns: [1] }, 'headerLine'],
      [hasOne, { headerLine: 1_000 }, 'headerLine'],
    ] as const)
      expect(await refused('INVALID_VALUE', start(staff, { upload, ...hint }))).toMatchObject({
        path: ['input', field],
      });
  });

  test('whoever may not scrub can start none, nor fetch what came of one (R7)', async () => {
    const id = await upload(server, staff, `${free}\n`);
    const may = rolesWith('file:import');
    expect(may).toEqual(['ADMIN', 'COMPLIANCE', 'INTEGRATOR']);
    for (const role of roles.filter((role) => !may.includes(role)))
      await refused('FORBIDDEN', start(await world.as(role), { upload: id }));
    const done = await scrubbed(server, staff, `${free}\n`);
    const auditor = await world.as('AUDITOR');
    const { task } = await auditor.expectOk(
      'query ($id: ID!) { task(id: $id) { scrub { channel callableFile { url } blockedFile { url } } } }',
      { id: done.task.id },
    );
    expect(task.scrub).toEqual({ channel: 'CALL', callableFile: null, blockedFile: null });
  });

  test('nothing twice: the same key starts one scrub', async () => {
    const input = { upload: await upload(server, staff, `${free}\n`), channel: 'CALL', idempotencyKey: 'scrub 1' };
    const first = await staff.expectOk(startScrubDocument, { input });
    const second = await staff.expectOk(startScrubDocument, { input });
    expect(second.startScrub.task.id).toBe(first.startScrub.task.id);
    await staff.expectError('IDEMPOTENCY_MISMATCH', startScrubDocument, { input: { ...input, channel: 'SMS' } });
  });
});
