import { beforeAll, beforeEach, expect, test } from 'vitest';
import { add, approve, contactSaid, list, phonesOf } from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { importFile, reportOf, undo, undoDocument } from './import-story.ts';

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline();
});
beforeEach(async () => {
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
});

const number = (n: number) => `+1415555${String(n).padStart(4, '0')}`;
const file = (...last: number[]) => last.map(number).join('\n');
const listed = async () => phonesOf(await list(staff, { first: 100 })).sort();
const refused = async (importId: string, message: RegExp) => {
  const { data } = await staff.expectError('REFUSED', undoDocument, { input: { import: importId, reason: 'Wrong' } });
  expect(data.undoImport.userErrors[0].message).toMatch(message);
};

test('R6.3: lifts what this import alone holds, and tells what is kept and why', async () => {
  await importFile(server, staff, file(1, 2), {});
  const wrong = await importFile(server, staff, file(2, 3, 4, 5, 6, 7), {});
  await importFile(server, staff, file(3, 8), {});
  await add(staff, { entries: [number(7)] });
  await approve(staff, { phones: { list: 'DNC', numbers: [number(4)] } });
  await approve(staff, { phones: { list: 'DNC', numbers: [number(5)] } }, { permanently: true });
  const undone = await undo(staff, wrong.id);
  expect(undone).toMatchObject({ kind: 'UNDO_IMPORT', state: 'DONE', rowsDone: 6, rowsTotal: 6, import: null });
  expect(undone.undo).toEqual({
    import: { id: wrong.id },
    liftedCount: 2,
    keptClaimedCount: 2,
    keptEditedCount: 1,
    keptPermanentCount: 1,
    keptOptedOutCount: 0,
  });
  // 7 stays listed by the API's entry: lifting one reason never lifts another (R1.1).
  expect(await listed()).toEqual([1, 2, 3, 4, 5, 7, 8].map(number));
  const { auditLog } = await staff.expectOk('{ auditLog(first: 1) { nodes { kind operation reason } } }');
  expect(auditLog.nodes).toEqual([{ kind: 'ENTRY_REMOVED', operation: 'undoImport', reason: 'Wrong file' }]);
  expect((await reportOf(staff, wrong.id)).import.undoneBy).toMatchObject({ state: 'DONE' });
  await refused(wrong.id, /undone already/);
});

test('claims that are left are undone in their turn, and what is imported again after an undo is listed again', async () => {
  const first = await importFile(server, staff, file(1, 2));
  const second = await importFile(server, staff, file(1, 2, 3));
  expect((await undo(staff, first.id)).undo).toMatchObject({ liftedCount: 0, keptClaimedCount: 2 });
  expect((await undo(staff, second.id)).undo).toMatchObject({ liftedCount: 3, keptClaimedCount: 0 });
  expect(await listed()).toEqual([]);
  expect((await importFile(server, staff, file(1))).import).toMatchObject({ addedCount: 1 });
});

test('R1.4: what the person asked for by text stays, whatever is undone', async () => {
  const imported = await importFile(server, staff, file(1), { list: 'DNT' });
  await contactSaid(world, { phone: number(1), listId: 2, source: 'SMS_KEYWORD', endUserOptedOut: true });
  expect((await undo(staff, imported.id)).undo).toMatchObject({ liftedCount: 1 });
  const { check } = await staff.expectOk(`{ check(phone: "${number(1)}", channel: SMS) { decision } }`);
  expect(check.decision).toBe('BLOCK');
});

test('R6.4: what a later file of the origin replaced is undone behind it', async () => {
  const nightly = { origin: 'Vendor', mode: 'REPLACE' };
  const first = await importFile(server, staff, file(1, 2), nightly);
  const second = await importFile(server, staff, file(1, 2, 3), nightly);
  await refused(first.id, /later file of this origin/);
  expect((await undo(staff, second.id)).undo).toMatchObject({ liftedCount: 1 });
  expect(await listed()).toEqual([1, 2].map(number));
  expect((await undo(staff, first.id)).undo).toMatchObject({ liftedCount: 2 });
});

test('R6.4: of an undone import nothing is left that a later file of the origin would have to lift', async () => {
  const nightly = { origin: 'Vendor', mode: 'REPLACE', maxLiftedShare: 1 };
  const first = await importFile(server, staff, file(1, 2), nightly);
  await approve(staff, { phones: { list: 'DNC', numbers: [number(1)] } }, { permanently: true });
  expect((await undo(staff, first.id)).undo).toMatchObject({ liftedCount: 1, keptPermanentCount: 1 });
  const next = await importFile(server, staff, file(3), nightly);
  expect(next.import).toMatchObject({ addedCount: 1, liftedCount: 0, keptCount: 0 });
});

test('is refused for a dry run, for opt-outs (R4.6), and for what is no import', async () => {
  const dry = await importFile(server, staff, file(1), { isDryRun: true });
  await refused(dry.id, /dry run/);
  const optOuts = await importFile(server, staff, file(1), { list: 'DNT', asOptOuts: true });
  await refused(optOuts.id, /can't be undone, by nobody/);
  const input = (importId: string, reason = 'Wrong') => ({ input: { import: importId, reason } });
  await staff.expectError('NOT_FOUND', undoDocument, input(Buffer.from('Task:999').toString('base64url')));
  await staff.expectError('NOT_FOUND', undoDocument, input('nonsense'));
  const imported = await importFile(server, staff, file(2));
  await staff.expectError('REQUIRED', undoDocument, input(imported.id, ' '));
  const other = await (await newEnvironment(server)).as('COMPLIANCE');
  await other.expectError('NOT_FOUND', undoDocument, input(imported.id));
  await (await world.as('INTEGRATOR')).expectError('FORBIDDEN', undoDocument, input(imported.id));
  expect(await listed()).toEqual([1, 2].map(number));
});
