import { beforeAll, expect, test } from 'vitest';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { add, changesIn, ENTRY_CHANGES, enforcePending, type Message, numbers, remove } from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const cursorNow = '{ environment { changeCursor } }';

/** A world with a follower from its beginning. */
async function story() {
  const world = await newEnvironment(server);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const { environment } = await dialer.expectOk(cursorNow);
  const follow = () => dialer.subscribe<Message>(ENTRY_CHANGES, { after: environment.changeCursor });
  return { world, staff, dialer, follow };
}

const calls = (message: Message) => changesIn([message]).map(({ blocked }) => blocked.outboundCall);

test('two reasons on one number: lifting one leaves it blocked, and the feed says so (R1.1, R5.2)', async () => {
  const { world, staff, follow } = await story();
  const stream = follow();
  await stream.next();
  const [number] = numbers(1);
  const dnc = await add(staff, [number!]);
  const dnt = await add(staff, [number!], { list: 'DNT' });
  await remove(staff, dnc.ids);
  await remove(await world.as('ADMIN'), dnt.ids);
  const blocked = [];
  for (let n = 0; n < 4; n += 1) blocked.push(...changesIn([await stream.next()]).map((change) => change.blocked));
  const sms = (outboundCall: boolean, outboundSms: boolean) => ({
    outboundCall,
    outboundSms,
    inboundCall: false,
    inboundSms: false,
  });
  expect(blocked).toEqual([sms(true, true), sms(true, true), sms(false, true), sms(false, false)]);
});

test('what a change says is blocked holds the settings of its own position, however late it is read (P2.1)', async () => {
  const { staff, follow } = await story();
  const [first, second, third] = numbers(3);
  await add(staff, [first!], { status: 'PENDING' });
  await enforcePending(staff, false);
  await add(staff, [second!], { status: 'PENDING' });
  await enforcePending(staff, true);
  await add(staff, [third!], { status: 'PENDING' });

  const live = follow();
  await live.next();
  const told: unknown[] = [];
  while (told.length < 5) {
    const message = await live.next();
    const { entryChanges } = message;
    if (entryChanges.__typename !== 'ChangeBatch') continue;
    // Entries and settings never share a message, so the order of messages is the log's.
    expect(entryChanges.changes.length === 0 || entryChanges.settingChanges.length === 0).toBe(true);
    told.push(...calls(message), ...entryChanges.settingChanges.map(({ settings }) => settings));
  }
  expect(told).toEqual([true, { enforcePending: false }, false, { enforcePending: true }, true]);
});

test('where a number stands lets a follower derive `blocked` again after a switch (R5.2)', async () => {
  const { staff, follow } = await story();
  const [number] = numbers(1);
  const { ids } = await add(staff, [number!], { status: 'PENDING' });
  await staff.expectOk(
    'mutation Approve($input: ApproveEntriesInput!) { approveEntries(input: $input) { changedCount } }',
    { input: { entries: { ids } } },
  );
  const stream = follow();
  await stream.next();
  const [pending, approved] = changesIn([await stream.next()]);
  expect(pending).toMatchObject({ status: 'PENDING', standings: [{ list: { key: 'DNC' }, isPendingOnly: true }] });
  expect(approved).toMatchObject({
    kind: 'ENTRY_APPROVED',
    status: 'APPROVED',
    standings: [{ list: { key: 'DNC' }, isPendingOnly: false }],
  });
});

test('a change that names one field still tells the whole entry as of its position (P1.6)', async () => {
  const { staff, follow } = await story();
  const [number] = numbers(1);
  const expiresAt = '2099-01-31T09:00:00.000Z';
  const { ids } = await add(staff, [number!], { rest: { externalReference: 'crm-1', expiresAt } });
  const update =
    'mutation Edit($input: UpdateEntryInput!) { updateEntry(input: $input) { isChanged userErrors { code } } }';
  await staff.expectOk(update, { input: { entryId: ids[0], reason: 'by letter' } });
  await staff.expectOk(update, { input: { entryId: ids[0], expiresAt: null } });
  const stream = follow();
  await stream.next();
  const said = changesIn([await stream.next()]).map(({ kind, status, externalReference, expiresAt: end, reason }) => [
    kind,
    status,
    externalReference,
    end,
    reason,
  ]);
  expect(said).toEqual([
    ['ENTRY_ADDED', 'APPROVED', 'crm-1', expiresAt, null],
    ['ENTRY_UPDATED', 'APPROVED', 'crm-1', expiresAt, 'by letter'],
    ['ENTRY_UPDATED', 'APPROVED', 'crm-1', null, null],
  ]);
});

test('who sees masked numbers follows too, and learns nothing that tells a number (P2.9, R7)', async () => {
  const { world, staff } = await story();
  const reader = await world.as('READ_ONLY');
  const stream = reader.subscribe<Message>(ENTRY_CHANGES);
  const bookmark = await stream.next();
  const all = numbers(40);
  await add(staff, all, { reason: 'call +1 415 200 0003 never', rest: { externalReference: 'crm-4152000003' } });
  const message = await stream.next();
  const changes = changesIn([message]);
  expect(changes).toHaveLength(40);
  for (const change of changes) {
    expect(change.phone).toMatch(/^\+1•{7}\d{3}$/);
    expect(change).toMatchObject({ position: null, entryId: null, externalReference: null });
    expect(change.blocked.outboundCall).toBe(true);
    expect(change.reason).toBe('call +••• never');
  }
  // The log has a call's rows in the order of their numbers; this order is another.
  const tails = changes.map(({ phone }) => phone.slice(-3));
  expect(tails).not.toEqual([...tails].sort());
  expect([...tails].sort()).toEqual(all.map((phone) => phone.slice(-3)).sort());
  const sealed = [bookmark, message].map(({ entryChanges }) => ('cursor' in entryChanges ? entryChanges.cursor : ''));
  for (const cursor of sealed) expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/\d{3,}/);
});

test('a foreign environment hears nothing (invariant 8)', async () => {
  const { staff } = await story();
  const { dialer } = await story();
  const stream = dialer.subscribe<Message>(ENTRY_CHANGES);
  await stream.next();
  await add(staff, numbers(3));
  await stream.expectSilence(700);
});
