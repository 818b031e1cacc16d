import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { generateApiKey } from '../../src/auth/api-key.ts';
import { createKeyAuthenticator, type KeyAuthenticatorOptions } from '../../src/auth/key-authenticator.ts';
import type { Sql } from '../../src/db/database.ts';
import { type AuthDatabase, openAuthDatabase, serverSecret } from './auth-database.ts';
import { gate, standingClock } from './fakes.ts';

let database: AuthDatabase;
beforeAll(async () => {
  database = await openAuthDatabase();
});
afterAll(() => database.close());

/** An authenticator on the real database that counts its queries. */
function authenticator(options: Partial<KeyAuthenticatorOptions> = {}) {
  const query = vi.fn<Sql['query']>((text, values) => database.sql.query(text, values));
  const keys = createKeyAuthenticator({ sql: { query: query as Sql['query'] }, serverSecret, ...options });
  return { keys, query };
}

test('a key opens its one environment with its one role', async () => {
  const { id, accountId } = await database.environment();
  const { key, id: keyId } = await database.apiKey(id, { role: 'DIALER' });
  const onUse = vi.fn();
  const { keys } = authenticator({ onUse });

  const viewer = await keys.authenticate(key);

  expect(viewer).toMatchObject({
    kind: 'API_KEY',
    accountId,
    environmentId: id,
    environmentKey: 'production',
    role: 'DIALER',
    name: 'dialer',
    subject: `key:${keyId}`,
    keyId,
    expiresAt: null,
    authVersion: 0,
  });
  expect(onUse.mock.calls).toEqual([[viewer]]);
});

test('mistyped, unknown, revoked, expired, of the other kind, of an unknown role: each is refused in its own words', async () => {
  const live = await database.environment();
  const { keys, query } = authenticator();
  const good = await database.apiKey(live.id);
  const revoked = await database.apiKey(live.id);
  await database.revoke(live.id, revoked.id);
  const expired = await database.apiKey(live.id, { expires: '-1 second' });
  const otherKind = await database.apiKey(live.id, { kind: 'TEST' });
  const oddRole = await database.apiKey(live.id);
  await database.sql.query(`update api_key set role = 'OWNER' where id = $1`, [oddRole.id]);

  await expect(keys.authenticate(`${good.key}x`)).rejects.toThrow(/mistyped or cut off/);
  expect(query).not.toHaveBeenCalled();
  await expect(keys.authenticate(generateApiKey('LIVE').key)).rejects.toThrow(/not known here/);
  await expect(keys.authenticate(revoked.key)).rejects.toThrow(/has been revoked/);
  await expect(keys.authenticate(expired.key)).rejects.toThrow(/has expired/);
  await expect(keys.authenticate(otherKind.key)).rejects.toThrow(/test environments only/);
  await expect(keys.authenticate(oddRole.key)).rejects.toThrow(/role that this server does not know/);
});

test('a live key for a test environment is refused too', async () => {
  const sandbox = await database.environment({ key: 'sandbox', kind: 'TEST' });
  const { keys } = authenticator();

  const wrong = await database.apiKey(sandbox.id, { kind: 'LIVE' });
  const right = await database.apiKey(sandbox.id, { kind: 'TEST' });

  await expect(keys.authenticate(wrong.key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await keys.authenticate(right.key)).toMatchObject({ environmentKey: 'sandbox' });
});

test('no error says the key, nor its hash', async () => {
  const { keys } = authenticator();
  const { key } = generateApiKey('LIVE');
  for (const sent of [key, `${key}x`]) {
    const error = await keys.authenticate(sent).catch((thrown: Error) => thrown);
    expect(String((error as Error).stack)).not.toContain(key.slice(8, 30));
  }
});

test('a hundred requests at once and more after them are one query', async () => {
  const { id } = await database.environment();
  const { key } = await database.apiKey(id);
  const { keys, query } = authenticator();

  await Promise.all(Array.from({ length: 100 }, () => keys.authenticate(key)));
  await keys.authenticate(key);

  expect(query).toHaveBeenCalledTimes(1);
});

test('a cached key is refused from the very millisecond it expires', async () => {
  const { id } = await database.environment();
  const { key } = await database.apiKey(id, { expires: '5 seconds' });
  const clock = standingClock(Date.now());
  const { keys, query } = authenticator({ clock });
  const { expiresAt } = await keys.authenticate(key);

  clock.advance(expiresAt!.getTime() - clock.wall() - 1);
  await keys.authenticate(key);
  clock.advance(1);

  await expect(keys.authenticate(key)).rejects.toThrow(/has expired/);
  expect(query).toHaveBeenCalledTimes(1);
});

test('forgetKey and forgetEnvironment make a revocation felt at once, for that key or environment only', async () => {
  const [one, other] = [await database.environment(), await database.environment()];
  const [first, second, foreign] = [
    await database.apiKey(one.id),
    await database.apiKey(one.id),
    await database.apiKey(other.id),
  ];
  const { keys, query } = authenticator();
  for (const { key } of [first, second, foreign]) await keys.authenticate(key);
  await database.revoke(one.id, first.id);
  await database.revoke(one.id, second.id);

  keys.forgetKey(first.id);
  await expect(keys.authenticate(first.key)).rejects.toThrow(/revoked/);
  await keys.authenticate(second.key);
  keys.forgetEnvironment(one.id);
  await expect(keys.authenticate(second.key)).rejects.toThrow(/revoked/);
  await keys.authenticate(foreign.key);

  expect(query).toHaveBeenCalledTimes(5);
  expect([...keys.cachedVersions()].map((cached) => cached.environmentId)).toEqual([other.id]);
});

test('a look-up that began before the revocation is not kept after it, and nobody new joins it', async () => {
  const { id } = await database.environment();
  const { key, id: keyId } = await database.apiKey(id);
  const hold = gate();
  const read = gate();
  const { keys, query } = authenticator();
  query.mockImplementationOnce(async (text, values) => {
    const result = await database.sql.query(text, values);
    read.open();
    await hold.passed;
    return result;
  });

  const before = keys.authenticate(key);
  await read.passed;
  await database.revoke(id, keyId);
  keys.forgetKey(keyId);
  await expect(keys.authenticate(key)).rejects.toThrow(/revoked/);
  hold.open();
  await before;

  await expect(keys.authenticate(key)).rejects.toThrow(/revoked/);
});

test('a flood of well-formed unknown keys evicts nobody', async () => {
  const { id } = await database.environment();
  const { key } = await database.apiKey(id);
  const real: Sql['query'] = (text, values) => database.sql.query(text, values);
  const { keys, query } = authenticator();
  await keys.authenticate(key);
  query.mockResolvedValue({ rows: [], rowCount: 0 });

  for (let n = 0; n < 12_000; n++) await keys.authenticate(generateApiKey('LIVE').key).catch(() => {});
  query.mockImplementation(real);
  query.mockClear();

  await keys.authenticate(key);
  expect(query).not.toHaveBeenCalled();
});

test('a database that fails is no refusal, and is not remembered', async () => {
  const { id } = await database.environment();
  const { key } = await database.apiKey(id);
  const { keys, query } = authenticator();
  query.mockRejectedValueOnce(new Error('connection lost'));

  await expect(keys.authenticate(key)).rejects.toThrow('connection lost');
  expect(await keys.authenticate(key)).toMatchObject({ environmentId: id });
});

test('a server secret that is too short is a mistake of whoever starts the server', () => {
  expect(() => createKeyAuthenticator({ sql: database.sql, serverSecret: Buffer.alloc(31) })).toThrow(TypeError);
});
