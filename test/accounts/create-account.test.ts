import { expect, test } from 'vitest';
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.ts';
import { genesisHash } from '../../src/changes/chain.ts';
import { createAccount, ensureFirstAccount } from '../../src/domain/accounts/create-account.ts';
import { loadServerSecret } from '../../src/domain/instance.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import {
  anotherServer,
  breakAtRow,
  installation,
  newAccount,
  problemOf,
  readLog,
  rowCounts,
  serverSecret,
  tablesThatHold,
} from './installation.ts';

test('an account begins with two environments, each with lists, settings, a log that tells it all, and an ADMIN key (R5.1)', async () => {
  const here = await installation();
  const { accountId, environments } = await createAccount(here.database, { name: '  Acme ', serverSecret });
  const keys = createKeyAuthenticator({ sql: here.database.read, serverSecret });
  for (const [key, kind, prefix] of [
    ['production', 'LIVE', 'ql_live_'],
    ['sandbox', 'TEST', 'ql_test_'],
  ] as const) {
    const { id, adminKey, adminKeyId } = environments[key];
    expect(adminKey.startsWith(prefix)).toBe(true);
    expect(await keys.authenticate(adminKey)).toMatchObject({
      accountId,
      environmentId: id,
      environmentKey: key,
      keyId: adminKeyId,
      role: 'ADMIN',
    });

    const log = await readLog(here, id);
    expect(log.map(({ kind, set }) => `${set} ${kind}`)).toEqual([
      '5 ENVIRONMENT',
      '5 SETTING',
      '5 LIST',
      '5 LIST',
      '5 LIST',
      '6 API_KEY',
    ]);
    expect(new Set(log.map(({ subject }) => subject))).toEqual(new Set(['system']));
    expect(log.map(({ after }) => after)).toEqual([
      { key, kind },
      defaultSettings,
      { id: 1, key: 'DNC', name: 'Do Not Call', blocks: 3, enabled: true, campaigns: [] },
      { id: 2, key: 'DNT', name: 'Do Not Text', blocks: 2, enabled: true, campaigns: [] },
      { id: 3, key: 'SPAM', name: 'Spam', blocks: 12, enabled: true, campaigns: [] },
      { id: adminKeyId, name: 'First ADMIN key', role: 'ADMIN', hint: adminKey.slice(34, 38), expiresAt: null },
    ]);
    const { rows } = await here.database.read.query<{ epoch: string; head: string; first: Buffer }>(
      `SELECT epoch, head, (SELECT prev_hash FROM change_set s WHERE s.environment_id = e.id AND first_position = 1) AS first FROM environment e WHERE id = $1`,
      [id],
    );
    expect(rows[0]).toMatchObject({
      epoch: expect.stringMatching(/^[0-9a-f]{16}$/),
      head: '6',
      first: genesisHash(rows[0]!.epoch),
    });
    const lists = await here.database.read.query(
      'SELECT id, key, blocks, built_in, enabled FROM list WHERE environment_id = $1 ORDER BY id',
      [id],
    );
    expect(lists.rows).toEqual([
      { id: 1, key: 'DNC', blocks: 3, built_in: true, enabled: true },
      { id: 2, key: 'DNT', blocks: 2, built_in: true, enabled: true },
      { id: 3, key: 'SPAM', blocks: 12, built_in: true, enabled: true },
    ]);
  }
});

test('no table holds a key, not in any column of any form', async () => {
  const here = await installation();
  const { environments } = await newAccount(here);
  for (const { adminKey } of Object.values(environments)) {
    for (const part of [adminKey, adminKey.slice('ql_live_'.length), adminKey.slice(8, 24)])
      expect(await tablesThatHold(here, part)).toEqual([]);
  }
  expect(await tablesThatHold(here, 'production')).toEqual(['change', 'environment']);
});

test.each([
  ['api_key', 2],
  ['list', 5],
  ['change', 11],
  ['change_set', 4],
] as const)('an account is made whole or not at all: %s fails at its row %i (invariant 2)', async (table, nth) => {
  const here = await installation();
  const before = await rowCounts(here);
  await breakAtRow(here, table, nth);
  await expect(createAccount(here.database, { name: 'Acme', serverSecret })).rejects.toThrow('the disk is full');
  expect(await rowCounts(here)).toEqual(before);
  await expect(ensureFirstAccount(here.database, { serverSecret })).resolves.toMatchObject({ name: 'main' });
});

test('of many servers that start at once, one makes the first account and shows its keys', async () => {
  const here = await installation();
  const servers = [here, await anotherServer(here.url), await anotherServer(here.url)];
  const made = await Promise.all(
    [...servers, ...servers].map(({ database }) => ensureFirstAccount(database, { serverSecret })),
  );
  expect(made.filter((account) => account !== null)).toHaveLength(1);
  expect(await rowCounts(here)).toMatchObject({ account: 1, environment: 2, api_key: 2 });
  expect(await ensureFirstAccount(here.database, { serverSecret })).toBeNull();
});

test('beside an account that the operator makes meanwhile, no first account is added', async () => {
  const here = await installation();
  const other = await anotherServer(here.url);
  const [first] = await Promise.all([
    ensureFirstAccount(here.database, { serverSecret }),
    createAccount(other.database, { name: 'Acme', serverSecret }),
  ]);
  const { account } = await rowCounts(here);
  // Whoever came first; but a first account beside one that was there already is never made.
  expect(account).toBe(first ? 2 : 1);
});

test('a name is taken once, and is a name', async () => {
  const here = await installation();
  await newAccount(here, 'Acme');
  const create = (name: string) => problemOf(createAccount(here.database, { name, serverSecret }));
  expect(await create('Acme')).toBe('ALREADY_EXISTS name');
  expect(await create(' ')).toBe('REQUIRED name');
  expect(await create('a'.repeat(101))).toBe('TOO_LONG name');
  expect(await create('a\tb')).toBe('INVALID_VALUE name');
  expect(await rowCounts(here)).toMatchObject({ account: 1 });
});

test('servers that start at once agree on one secret, and keep it', async () => {
  const here = await installation();
  const servers = [here, await anotherServer(here.url), await anotherServer(here.url)];
  const secrets = await Promise.all([...servers, ...servers].map(({ database }) => loadServerSecret(database)));
  expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
  expect(secrets[0]).toHaveLength(32);
  expect(await loadServerSecret(here.database)).toEqual(secrets[0]);
  expect(await rowCounts(here)).toMatchObject({ instance: 1 });
});

test('a configured secret goes before the stored one, and is not stored', async () => {
  const here = await installation();
  const configured = 'a secret of the operator, long enough';
  expect((await loadServerSecret(here.database, configured)).toString()).toBe(configured);
  expect(await tablesThatHold(here, configured)).toEqual([]);
});
