import { expect, test } from 'vitest';
import { updateSettings } from '../../src/domain/settings/update-settings.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import {
  anotherServer,
  breakAtRow,
  colleague,
  installation,
  newAccount,
  problemOf,
  readLog,
} from '../accounts/installation.ts';

async function start() {
  const here = await installation();
  return { here, ...(await newAccount(here)) };
}

test('a change of settings is a change in the log, before and after of only what changed', async () => {
  const { here, admin, environments } = await start();
  const first = await updateSettings(
    admin,
    { businessName: ' Acme Ltd ', defaultCountry: 'de', enforcePending: true },
    here,
  );
  const settings = { ...defaultSettings, businessName: 'Acme Ltd', defaultCountry: 'DE' };
  expect(first).toMatchObject({ settings, outcome: 'CHANGED', position: 7, isEnforcedHere: true, replayed: false });
  expect((await readLog(here, admin.environmentId)).slice(6)).toEqual([
    {
      set: '7',
      kind: 'SETTING',
      operation: 'updateSettings',
      subject: admin.subject,
      before: { businessName: '', defaultCountry: 'US' },
      after: { businessName: 'Acme Ltd', defaultCountry: 'DE' },
    },
  ]);
  const stored = await here.database.read.query<{ id: number; settings: object }>(
    'SELECT id, settings FROM environment ORDER BY id',
  );
  expect(stored.rows.map((row) => row.settings)).toEqual([settings, defaultSettings]);
  expect(await readLog(here, environments.sandbox.id)).toHaveLength(6);
});

test('what is the same already is no change, and makes no change set', async () => {
  const { here, admin } = await start();
  for (const input of [{}, { ...defaultSettings }, { businessName: null, stopBlocksCalls: true }]) {
    expect(await updateSettings(admin, input, here)).toMatchObject({
      settings: defaultSettings,
      outcome: 'UNCHANGED',
      position: 6,
    });
  }
  expect(await readLog(here, admin.environmentId)).toHaveLength(6);
});

test('R4.4: switching a setting lifts no entry', async () => {
  const { here, admin } = await start();
  const row = { verb: 'ADD', phone: '+14155550100', listId: 1, source: 'API', status: 'PENDING' } as const;
  const actor = { type: 'API_KEY', subject: admin.subject, name: admin.name } as const;
  await here.log.write({
    environmentId: admin.environmentId,
    actor,
    operation: 'addEntries',
    authority: 'STAFF',
    rows: [row],
  });
  await updateSettings(admin, { enforcePending: false, stopBlocksCalls: false }, here);
  const { rows } = await here.database.read.query('SELECT active, status FROM entry');
  expect(rows).toEqual([{ active: true, status: 'PENDING' }]);
  expect((await readLog(here, admin.environmentId)).slice(6).map(({ kind }) => kind)).toEqual([
    'ENTRY_ADDED',
    'SETTING',
  ]);
});

test('settings are refused with the field and the remedy, and nothing is done', async () => {
  const { here, admin } = await start();
  const refused = (input: object) => problemOf(updateSettings(admin, input, here));
  expect(await refused({ businessName: 'a'.repeat(101) })).toBe('TOO_LONG input.businessName');
  expect(await refused({ businessName: 'two\nlines' })).toBe('INVALID_VALUE input.businessName');
  for (const defaultCountry of ['', 'XX', 'USA', '1', '__', 'ZZ'])
    expect(await refused({ enforcePending: false, defaultCountry })).toBe('INVALID_VALUE input.defaultCountry');
  expect(await refused({ enforcePending: 'no' })).toBe('INVALID_VALUE input.enforcePending');
  expect(await refused({ reason: 'a'.repeat(1001) })).toBe('TOO_LONG input.reason');
  expect(await readLog(here, admin.environmentId)).toHaveLength(6);
});

test('ADMIN and COMPLIANCE may, others may not (R7)', async () => {
  const { here, admin } = await start();
  await expect(
    updateSettings(await colleague(here, admin, 'COMPLIANCE'), { businessName: 'A' }, here),
  ).resolves.toMatchObject({ outcome: 'CHANGED' });
  await expect(
    updateSettings(await colleague(here, admin, 'INTEGRATOR'), { businessName: 'B' }, here),
  ).rejects.toMatchObject({ permission: 'settings:write' });
});

test('a retry replays and changes nothing; other input under the same key is refused (P1.8)', async () => {
  const { here, admin } = await start();
  const input = { businessName: 'First', idempotencyKey: 'k' };
  const first = await updateSettings(admin, input, here);
  await updateSettings(admin, { businessName: 'Second' }, here);
  const replay = await updateSettings(admin, input, here);
  expect(replay).toMatchObject({
    outcome: 'CHANGED',
    position: first.position,
    replayed: true,
    settings: { businessName: 'Second' },
  });
  expect(await problemOf(updateSettings(admin, { ...input, businessName: 'Third' }, here))).toBe(
    'IDEMPOTENCY_MISMATCH',
  );
  expect(await readLog(here, admin.environmentId)).toHaveLength(8);
  // A record ends after seven days, and the key may be used again.
  await here.database.write.query("UPDATE idempotency_record SET created_at = created_at - interval '8 days'");
  expect(await updateSettings(admin, { ...input, businessName: 'Third' }, here)).toMatchObject({
    replayed: false,
    position: 9,
  });
  expect(await updateSettings(admin, { ...input, businessName: 'Third' }, here)).toMatchObject({
    replayed: true,
    position: 9,
  });
});

test('two servers that change different settings at once both prevail', async () => {
  const { here, admin } = await start();
  const other = await anotherServer(here.url);
  await Promise.all([
    updateSettings(admin, { businessName: 'A' }, here),
    updateSettings(admin, { enforcePending: false }, other),
  ]);
  expect((await updateSettings(admin, {}, here)).settings).toEqual({
    ...defaultSettings,
    businessName: 'A',
    enforcePending: false,
  });
});

test('the setting and its change are written together or not at all (invariant 2)', async () => {
  const { here, admin } = await start();
  await breakAtRow(here, 'change', 1);
  await expect(updateSettings(admin, { businessName: 'A', idempotencyKey: 'k' }, here)).rejects.toThrow(
    'the disk is full',
  );
  const { rows } = await here.database.read.query<{ settings: object }>(
    'SELECT settings FROM environment WHERE id = $1',
    [admin.environmentId],
  );
  expect(rows[0]!.settings).toEqual(defaultSettings);
  expect(await updateSettings(admin, { businessName: 'A', idempotencyKey: 'k' }, here)).toMatchObject({
    outcome: 'CHANGED',
    replayed: false,
  });
});
