import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPersonAuthenticator } from '../../src/auth/person-authenticator.ts';
import type { Sql } from '../../src/db/database.ts';
import { type AuthDatabase, openAuthDatabase } from './auth-database.ts';

const secret = 'a secret of thirty-two bytes or more';
let database: AuthDatabase;
beforeAll(async () => {
  database = await openAuthDatabase();
});
afterAll(() => database.close());

const token = (claims: object) =>
  new SignJWT({ sub: 'ada', environment: 'production', role: 'AUDITOR', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(secret));

function authenticator() {
  const query = vi.fn<Sql['query']>((text, values) => database.sql.query(text, values));
  return {
    query,
    persons: createPersonAuthenticator({ sql: { query: query as Sql['query'] }, algorithm: 'HS256', secret }),
  };
}

test('a person is let into the environment that the token names, by account name or id', async () => {
  const { id, accountId, accountName } = await database.environment();
  const { persons } = authenticator();

  for (const account of [accountName, accountId]) {
    expect(await persons.authenticate(await token({ account, name: 'Ada' }))).toMatchObject({
      kind: 'PERSON',
      accountId,
      environmentId: id,
      environmentKey: 'production',
      role: 'AUDITOR',
      subject: 'person:ada',
      name: 'Ada',
      keyId: null,
      expiresAt: expect.any(Date),
    });
  }
});

test('a text is never an id: an account named like another one’s id is itself', async () => {
  const victim = await database.environment();
  const { persons } = authenticator();
  const digits = await token({ account: String(victim.accountId) });
  await expect(persons.authenticate(digits)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('unknown account, unknown environment and a foreign environment are answered alike', async () => {
  const mine = await database.environment();
  const foreign = await database.environment();
  await database.environment({ account: foreign.accountId, key: 'staging' });
  const { persons } = authenticator();
  const claims = [
    { account: 'Nobody' },
    { account: mine.accountName, environment: 'nowhere' },
    { account: mine.accountName, environment: 'staging' },
  ];
  const messages = await Promise.all(
    claims.map(async (claim) => persons.authenticate(await token(claim)).catch((error: Error) => error.message)),
  );

  expect(new Set(messages)).toEqual(new Set(['The account or environment of the token is not known here.']));
});

test('many people of one environment are one query; roles and names stay their own', async () => {
  const { id, accountName: account } = await database.environment();
  const { persons, query } = authenticator();
  const viewers = [];
  for (const claims of [
    { sub: 'ada', role: 'ADMIN' },
    { sub: 'bob', role: 'READ_ONLY' },
  ]) {
    viewers.push(await persons.authenticate(await token({ account, ...claims })));
  }

  expect(viewers.map((viewer) => [viewer.subject, viewer.role])).toEqual([
    ['person:ada', 'ADMIN'],
    ['person:bob', 'READ_ONLY'],
  ]);
  expect(query).toHaveBeenCalledTimes(1);
  persons.forgetEnvironment(id);
  expect([...persons.cachedVersions()]).toEqual([]);
});
