import { expect, inject, test } from 'vitest';
import { databaseRows } from '../start/database-rows.ts';
import type { ServerProcess } from '../start/server-process.ts';
import { onceEnded } from '../support/leftovers.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { runSql, withDatabase } from '../support/test-database.ts';
import { killStory } from './kill-story.ts';
import { rounds, seed, storyTimeout } from './rounds.ts';

const crashes = Math.max(2, Math.ceil(rounds / 2));

test(
  `invariants 1, 2, 3, 5, 6: PostgreSQL crashes ${crashes} times under a running server (seed ${seed})`,
  async (context) => {
    const postgres = await startPostgresServer();
    // Somebody's own server (TEST_DATABASE_URL) isn't ours to crash.
    if (postgres.url === inject('postgresUrl')) return context.skip();
    onceEnded('a private PostgreSQL', postgres.stop);
    await runSql(postgres.url, 'CREATE DATABASE crashing TEMPLATE template0');
    const url = withDatabase(postgres.url, 'crashing');
    // The kit's server promises nothing to the disk; what it has acknowledged must at least be out of its own memory.
    const DATABASE_URL = `${url}?options=-c%20synchronous_commit%3Don`;
    const figures = await killStory({
      settings: { DATABASE_URL },
      rounds: crashes,
      seed,
      kill: async (server) => {
        await crash(url);
        await recovered(server);
        return false;
      },
    });
    console.log('PostgreSQL crashed under the server:', JSON.stringify(figures));
    expect(figures.acknowledgedCalls).toBeGreaterThan(crashes);
  },
  storyTimeout,
);

/**
 * What `pg_ctl stop -m immediate` and a start do, at once: when one backend is killed, the postmaster kills all others,
 * throws its memory away and replays the log.
 */
async function crash(url: string): Promise<void> {
  const [victim] = await databaseRows<{ pid: number }>(
    url,
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'quietline write' ORDER BY state = 'active' DESC LIMIT 1",
  );
  process.kill(victim!.pid, 'SIGKILL');
}

/** Ready again, by itself. */
async function recovered(server: ServerProcess): Promise<void> {
  const end = Date.now() + 30_000;
  let wasDown = false;
  for (;;) {
    const { status } = await fetch(`${server.url}/ready`);
    wasDown ||= status === 503;
    // It may come back between two looks; then the server's log tells of the lost connections.
    if (status === 200 && (wasDown || server.stdout().includes('connection'))) return;
    if (Date.now() > end) throw new Error('the server did not recover');
  }
}
