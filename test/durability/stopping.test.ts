import { expect, test, vi } from 'vitest';
import { startServerProcess } from '../start/server-process.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { layCable } from './cable.ts';

vi.setConfig({ testTimeout: 60_000 });

test('a server whose database does not answer can be stopped all the same', async () => {
  const database = await createTestDatabase({ empty: true });
  onceEnded('a test database', database.drop);
  const cable = await layCable(database.url);
  const server = startServerProcess({ DATABASE_URL: cable.url, SHUTDOWN_TIMEOUT_MS: '500' });
  await server.listening;
  // One use of a key that is to be noted at the end, and one poll that is under way.
  await server.client(server.keys()[0]).expectOk('{ viewer { name } }');
  cable.stall();
  const asked = performance.now();
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  const ms = performance.now() - asked;
  console.log(`stopped ${Math.round(ms)} ms after SIGTERM`);
  expect(ms).toBeLessThan(20_000);
});
