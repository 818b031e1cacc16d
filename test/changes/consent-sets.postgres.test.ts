import { expect, test } from 'vitest';
import { verifyLog } from '../../src/changes/verify-log.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { giveConsents } from './consents.ts';
import { add, callOf, DNT, newLogEnvironment, openLogServer, phoneOf } from './log-world.ts';

test('opt-outs that end many consents keep to sets of 1,000, and a number in one of them (P1.4, R4.9)', async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const server = await openLogServer(url);
  const environmentId = await newLogEnvironment(server.database);
  const phones = Array.from({ length: 700 }, (_, n) => phoneOf(n));
  const [first] = phones as [string];
  // Two each, and three of the first: the thousandth place falls within a number.
  const given = [first, ...phones, ...phones].map((phone) => ({ phone }));
  await giveConsents(server, environmentId, given);
  const rows = phones.map((phone) =>
    add(phone, { listId: DNT, source: 'IMPORT', endUserOptedOut: true, requestedAt: new Date() }),
  );
  await server.log.write(callOf(environmentId, { rows }));
  const { rows: sets } = await server.database.read.query<{ changes: number; numbers: number; facts: string[] }>(
    `SELECT count(*)::int AS changes, count(DISTINCT k.phone)::int AS numbers, array_agg(DISTINCT c.facts) AS facts
       FROM change c JOIN consent k ON k.environment_id = c.environment_id AND k.id = c.consent_id
      WHERE c.environment_id = $1 AND c.before IS NOT NULL GROUP BY c.set_position ORDER BY c.set_position`,
    [environmentId],
  );
  expect(sets.map(({ facts }) => facts)).toEqual([[''], ['']]);
  expect(sets.map(({ changes }) => changes)).toEqual([1_001, 400]);
  expect(sets.reduce((sum, { numbers }) => sum + numbers, 0)).toBe(700);
  expect(await verifyLog(server.database.read, environmentId)).toMatchObject({ problem: null });
});
