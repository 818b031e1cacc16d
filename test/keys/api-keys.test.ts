import { expect, test, vi } from 'vitest';
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.ts';
import type { Viewer } from '../../src/auth/viewer.ts';
import { createApiKey } from '../../src/domain/keys/create-api-key.ts';
import { createOperatorKey } from '../../src/domain/keys/create-operator-key.ts';
import { revokeApiKey } from '../../src/domain/keys/revoke-api-key.ts';
import {
  anotherServer,
  breakAtRow,
  colleague,
  type Installation,
  installation,
  newAccount,
  problemOf,
  readLog,
  rowCounts,
  serverSecret,
  tablesThatHold,
} from '../accounts/installation.ts';

async function start() {
  const here = await installation();
  const account = await newAccount(here);
  const keys = createKeyAuthenticator({ sql: here.database.read, serverSecret });
  return { here, ...account, ...verbs(here, account.admin), authenticate: keys.authenticate };
}

function verbs({ log }: Installation, admin: Viewer) {
  const forgetKey = vi.fn();
  return {
    forgetKey,
    create: (input: Parameters<typeof createApiKey>[1], viewer = admin) =>
      createApiKey(viewer, input, { log, serverSecret }),
    revoke: (id: number, more: object = {}, viewer = admin) =>
      revokeApiKey(viewer, { id, ...more }, { log, forgetKey }),
  };
}

async function authVersions({ database }: Installation): Promise<number[]> {
  const { rows } = await database.read.query<{ auth_version: number }>(
    'SELECT auth_version FROM environment ORDER BY id',
  );
  return rows.map((row) => row.auth_version);
}

test('a key is shown once and stored nowhere, opens its environment, and is a change in the log', async () => {
  const { here, admin, create, authenticate } = await start();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { apiKey, secret, ...rest } = await create({ name: ' Dialer 1 ', role: 'DIALER', expiresAt });
  expect(rest).toEqual({ position: 7, isEnforcedHere: true, replayed: false });
  expect(apiKey).toMatchObject({
    environmentId: admin.environmentId,
    name: 'Dialer 1',
    role: 'DIALER',
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  });
  expect(Object.keys(apiKey)).not.toContain('hash');
  expect(await authenticate(secret!)).toMatchObject({ keyId: apiKey.id, role: 'DIALER', expiresAt });
  const { id, name, role, hint } = apiKey;
  expect((await readLog(here, admin.environmentId)).at(-1)).toMatchObject({
    kind: 'API_KEY',
    operation: 'createApiKey',
    subject: admin.subject,
    before: null,
    after: { id, name, role, hint, expiresAt: expiresAt.toISOString() },
  });
  for (const part of [secret!, secret!.slice(8), secret!.slice(8, 24)])
    expect(await tablesThatHold(here, part)).toEqual([]);
});

test('a retry answers the key without its secret, also beside its original; other input is refused (P1.8)', async () => {
  const { here, create } = await start();
  const input = {
    name: 'Dialer',
    role: 'DIALER',
    expiresAt: new Date(Date.now() + 3_600_000),
    idempotencyKey: 'once',
  } as const;
  const both = await Promise.all([create(input), create(input)]);
  const first = both.find(({ replayed }) => !replayed)!;
  const second = both.find(({ replayed }) => replayed)!;
  expect(first.secret).toMatch(/^ql_live_/);
  expect(second).toMatchObject({ apiKey: first.apiKey, secret: null, position: first.position, isEnforcedHere: true });
  // Later, when the key's time is over: still the same answer.
  await here.database.write.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [first.apiKey.id]);
  expect(await create(input)).toMatchObject({ replayed: true, secret: null });
  expect(await problemOf(create({ ...input, role: 'ADMIN' }))).toBe('IDEMPOTENCY_MISMATCH');
  expect(await rowCounts(here)).toMatchObject({ api_key: 3 });
  expect(await tablesThatHold(here, first.secret!.slice(8))).toEqual([]);
});

test('what makes no key: a bad name, an unknown role, an end in the past', async () => {
  const { here, create } = await start();
  expect(await problemOf(create({ name: '', role: 'DIALER' }))).toBe('REQUIRED input.name');
  expect(await problemOf(create({ name: 'n'.repeat(101), role: 'DIALER' }))).toBe('TOO_LONG input.name');
  expect(await problemOf(create({ name: 'n', role: 'KING' as 'ADMIN' }))).toBe('INVALID_VALUE input.role');
  expect(await problemOf(create({ name: 'n', role: 'DIALER', expiresAt: new Date() }))).toBe(
    'IN_THE_PAST input.expiresAt',
  );
  expect(await problemOf(create({ name: 'n', role: 'DIALER', expiresAt: new Date('no') }))).toBe(
    'INVALID_VALUE input.expiresAt',
  );
  expect(await problemOf(create({ name: 'n', role: 'DIALER', idempotencyKey: '' }))).toBe(
    'INVALID_VALUE input.idempotencyKey',
  );
  expect(await rowCounts(here)).toMatchObject({ api_key: 2, idempotency_record: 0 });
});

test('the key, its change and the record of the retry are one transaction (invariant 2)', async () => {
  const { here, create } = await start();
  await breakAtRow(here, 'change', 1);
  const input = { name: 'n', role: 'DIALER', idempotencyKey: 'k' } as const;
  await expect(create(input)).rejects.toThrow('the disk is full');
  expect(await rowCounts(here)).toMatchObject({ api_key: 2, idempotency_record: 0 });
  expect(await create(input)).toMatchObject({ replayed: false, secret: expect.any(String) });
});

test('revoking ends the key, raises the revocation counter of its environment alone, and is a change (P2.8)', async () => {
  const { here, admin, create, revoke, authenticate, forgetKey } = await start();
  const { apiKey, secret } = await create({ name: 'Dialer', role: 'DIALER' });
  const revoked = await revoke(apiKey.id, { reason: 'Lost laptop' });
  expect(revoked).toMatchObject({
    outcome: 'REVOKED',
    apiKey: { ...apiKey, revokedAt: expect.any(Date) },
    isEnforcedHere: true,
  });
  expect(forgetKey).toHaveBeenCalledWith(apiKey.id);
  await expect(authenticate(secret!)).rejects.toThrow('revoked');
  expect(await authVersions(here)).toEqual([1, 0]);
  expect((await readLog(here, admin.environmentId)).at(-1)).toMatchObject({
    kind: 'API_KEY',
    operation: 'revokeApiKey',
    before: { id: apiKey.id, revokedAt: null },
    after: { id: apiKey.id, revokedAt: revoked.apiKey.revokedAt!.toISOString() },
  });

  expect(await revoke(apiKey.id)).toMatchObject({
    outcome: 'ALREADY_REVOKED',
    apiKey: revoked.apiKey,
    position: revoked.position,
  });
  expect(await authVersions(here)).toEqual([1, 0]);
});

test('a retry of a revocation says REVOKED again and revokes once', async () => {
  const { here, create, revoke } = await start();
  const { apiKey } = await create({ name: 'Dialer', role: 'DIALER' });
  const first = await revoke(apiKey.id, { idempotencyKey: 'k' });
  expect(await revoke(apiKey.id, { idempotencyKey: 'k' })).toEqual({ ...first, replayed: true });
  expect(await problemOf(revoke(apiKey.id + 1, { idempotencyKey: 'k' }))).toBe('IDEMPOTENCY_MISMATCH');
  expect(await authVersions(here)).toEqual([1, 0]);
});

test('the revocation, the counter and the change are one transaction (invariant 2)', async () => {
  const { here, create, revoke, authenticate } = await start();
  const { apiKey, secret } = await create({ name: 'Dialer', role: 'DIALER' });
  await breakAtRow(here, 'change', 1);
  await expect(revoke(apiKey.id)).rejects.toThrow('the disk is full');
  expect(await authVersions(here)).toEqual([0, 0]);
  await expect(authenticate(secret!)).resolves.toMatchObject({ keyId: apiKey.id });
});

test('the last active ADMIN key stays; with a successor a key may revoke itself', async () => {
  const { here, admin, revoke, create } = await start();
  const last = revoke(admin.keyId!);
  await expect(last).rejects.toThrow('npm run operator -- keys create');
  expect(await problemOf(last)).toBe('REFUSED input.id');
  // Neither a key of another role nor one that has expired or was revoked is a successor.
  await create({ name: 'Officer', role: 'COMPLIANCE' });
  const expired = await create({ name: 'Old', role: 'ADMIN' });
  await here.database.write.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [expired.apiKey.id]);
  const gone = await create({ name: 'Gone', role: 'ADMIN' });
  await revoke(gone.apiKey.id);
  expect(await problemOf(revoke(admin.keyId!))).toBe('REFUSED input.id');
  expect(await revoke(expired.apiKey.id)).toMatchObject({ outcome: 'REVOKED' });

  await create({ name: 'Successor', role: 'ADMIN' });
  expect(await revoke(admin.keyId!)).toMatchObject({ outcome: 'REVOKED' });
});

test('two ADMIN keys that revoke each other at once, on two servers: one remains', async () => {
  const { here, admin, revoke } = await start();
  const rival = await colleague(here, admin, 'ADMIN');
  const other = verbs(await anotherServer(here.url), rival);
  const answers = await Promise.allSettled([revoke(rival.keyId), other.revoke(admin.keyId!)]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a key that was revoked a moment ago, and that a server still believes, makes itself no successor (P2.8)', async () => {
  const { here, admin, revoke, create } = await start();
  const thief = await colleague(here, admin, 'ADMIN');
  await revoke(thief.keyId);
  const before = await rowCounts(here);
  for (const attempt of [create({ name: 'Mine', role: 'ADMIN' }, thief), revoke(admin.keyId!, {}, thief)]) {
    await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
  expect((await rowCounts(here)).api_key).toBe(before.api_key);
});

test('no key of another environment is found, nor made by another role (invariant 8, R7)', async () => {
  const { here, admin, sandboxAdmin, revoke, create } = await start();
  for (const id of [sandboxAdmin.keyId!, 0, -1, 1.5, 2 ** 40])
    expect(await problemOf(revoke(id))).toBe('NOT_FOUND input.id');
  const officer = await colleague(here, admin, 'COMPLIANCE');
  await expect(create({ name: 'n', role: 'ADMIN' }, officer)).rejects.toMatchObject({ permission: 'key:manage' });
  await expect(revoke(officer.keyId, {}, officer)).rejects.toMatchObject({ permission: 'key:manage' });
});

test("the operator's key is the way back in, and a change in the log", async () => {
  const { here, admin, authenticate } = await start();
  const input = { account: 'Acme', environment: 'production', role: 'ADMIN', name: 'Way back', serverSecret } as const;
  const { apiKey, secret } = await createOperatorKey(here.database, input);
  expect(await authenticate(secret)).toMatchObject({ environmentId: admin.environmentId, role: 'ADMIN' });
  expect((await readLog(here, admin.environmentId)).at(-1)).toMatchObject({
    kind: 'API_KEY',
    subject: 'operator',
    after: { id: apiKey.id, name: 'Way back' },
  });
  expect(await problemOf(createOperatorKey(here.database, { ...input, environment: 'nope' }))).toBe(
    'NOT_FOUND environment',
  );
});
