import { expect, test } from 'vitest';
import { attempts, authorize, list } from '../gate/gate-story.ts';
import { startServerProcess } from '../start/server-process.ts';
import type { Client } from '../support/client.ts';
import { embeddedFolder, folderOfFirstStart } from '../support/embedded-folder.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { Random } from './random.ts';
import { rounds, seed, storyTimeout } from './rounds.ts';

const databases = {
  async PGlite() {
    return { DATA_DIR: await embeddedFolder() };
  },
  async PostgreSQL() {
    const { url, drop } = await createTestDatabase({ empty: true });
    onceEnded('a test database', drop);
    return { DATABASE_URL: url, SPOOL_DIR: folderOfFirstStart() };
  },
};

/** Once in `npm test`: what one kill shows, more only show more often. */
const kills = Math.ceil(rounds / 3);

const BLOCKED = '+14155550100';

test.each(Object.entries(databases))(
  `every attempt that was answered outlives SIGKILL in the middle of work, once: %s, ${kills} times (seed ${seed})`,
  async (kind, settingsOf) => {
    const random = new Random(seed);
    const settings = { LOG_LEVEL: 'warn', ...(await settingsOf()) };
    const start = async () => {
      const server = startServerProcess(settings);
      await server.listening;
      return server;
    };
    let server = await start();
    const key = server.keys()[0];
    await list(server.client(key), 'DNC', [BLOCKED]);
    const answered = { BLOCK: new Set<string>(), ALLOW: new Set<string>() };
    for (let round = 0; round < kills; round += 1) {
      let isStopped = false;
      let left = random.whole(30, 300);
      let enough = () => {};
      const killTime = new Promise<void>((resolve) => {
        enough = resolve;
      });
      const client = server.client(key);
      const work = Array.from({ length: 4 }, async () => {
        for (let n = 0; !isStopped; n += 1) {
          const answer = await authorize(client, { phone: n % 2 ? BLOCKED : `+1415555${2_000 + n}` }).catch(() => null);
          if (answer?.attemptId) answered[answer.isAuthorized ? 'ALLOW' : 'BLOCK'].add(answer.attemptId);
          left -= 1;
          if (left === 0) enough();
        }
      });
      await killTime;
      await server.kill('SIGKILL');
      isStopped = true;
      await Promise.all(work);
      server = await start();
    }
    const kept = await walk(server.client(key));
    expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
    expect(kept.map(({ position }) => position).sort((a, b) => a - b)).toEqual(kept.map((_, n) => n + 1));
    const found = new Set(kept.map(({ id }) => id));
    for (const decision of ['BLOCK', 'ALLOW'] as const) {
      expect(answered[decision].size).toBeGreaterThan(kills);
      expect([...answered[decision]].filter((id) => !found.has(id))).toEqual([]);
    }
    const unanswered = kept.length - answered.BLOCK.size - answered.ALLOW.size;
    console.log(
      `${kind}: ${answered.BLOCK.size} blocked and ${answered.ALLOW.size} allowed were answered, and all are there; ${unanswered} more had no answer yet`,
    );
    await server.kill('SIGTERM');
  },
  storyTimeout,
);

async function walk(client: Client): Promise<{ id: string; position: number }[]> {
  const all: { id: string; position: number }[] = [];
  for (let after: string | undefined; ; ) {
    const { nodes, pageInfo } = await attempts(client, null, { first: 100, ...(after ? { after } : {}) });
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}
