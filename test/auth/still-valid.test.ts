import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.ts';
import { createRevocationWatch } from '../../src/auth/revocations.ts';
import { createStillValid } from '../../src/auth/still-valid.ts';
import { anonymousViewer, personViewer } from '../../src/auth/viewer.ts';
import type { Sql } from '../../src/db/database.ts';
import { type AuthDatabase, openAuthDatabase, serverSecret } from './auth-database.ts';
import { keyViewer, recordingLog, standingClock } from './fakes.ts';

let database: AuthDatabase;
beforeAll(async () => {
  database = await openAuthDatabase();
});
afterAll(() => database.close());

test('revoked, expired, re-roled and unknown keys are no longer valid; the others are; all in one query', async () => {
  const { id: environmentId } = await database.environment();
  const other = await database.environment();
  const [good, revoked, expired, rerolled] = [
    await database.apiKey(environmentId),
    await database.apiKey(environmentId),
    await database.apiKey(environmentId, { expires: '-1 second' }),
    await database.apiKey(environmentId, { role: 'AUDITOR' }),
  ];
  await database.revoke(environmentId, revoked.id);
  const query = vi.fn<Sql['query']>((text, values) => database.sql.query(text, values));
  const stillValid = createStillValid({ sql: { query: query as Sql['query'] } });
  const viewers = [good, good, revoked, expired, rerolled].map(({ id }) => keyViewer({ environmentId, keyId: id }));
  viewers.push(keyViewer({ environmentId: other.id, keyId: good.id }));

  expect(await Promise.all(viewers.map(stillValid))).toEqual([true, true, false, false, false, false]);
  expect(query).toHaveBeenCalledTimes(1);
});

test('expiry is by the clock for keys and persons; anonymous stays anonymous', async () => {
  const clock = standingClock();
  const stillValid = createStillValid({ sql: database.sql, clock });
  const expiresAt = new Date(clock.wall() + 1);
  const place = { accountId: 1, environmentId: 1, environmentKey: 'production', authVersion: 0 };
  const person = personViewer({ ...place, sub: 'ada', role: 'ADMIN', expiresAt });

  expect(await stillValid(person)).toBe(true);
  clock.advance(1);
  expect(await stillValid(person)).toBe(false);
  expect(await stillValid(keyViewer({ expiresAt }))).toBe(false);
  expect(await stillValid(anonymousViewer)).toBe(true);
});

test('a key revoked on another server loses its socket here at the next poll; its neighbour keeps its own', async () => {
  const { id } = await database.environment();
  const [doomed, neighbour] = [await database.apiKey(id), await database.apiKey(id)];
  const keys = createKeyAuthenticator({ sql: database.sql, serverSecret });
  const stillValid = createStillValid({ sql: database.sql });
  const sockets = new Set([await keys.authenticate(doomed.key), await keys.authenticate(neighbour.key)]);
  const watch = createRevocationWatch({
    feed: database.sql,
    caches: [keys],
    maxStalenessMs: 3_000,
    onRevoked: async () => {
      for (const viewer of sockets) if (!(await stillValid(viewer))) sockets.delete(viewer);
    },
    onBlind: () => sockets.clear(),
    log: recordingLog(),
  });
  for (const viewer of sockets) watch.hold(viewer);

  await watch.poll();
  expect(sockets.size).toBe(2);
  await database.revoke(id, doomed.id);
  await watch.poll();

  expect([...sockets].map((viewer) => viewer.keyId)).toEqual([neighbour.id]);
  await expect(keys.authenticate(doomed.key)).rejects.toThrow(/revoked/);
});
