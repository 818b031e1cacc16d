import type { ChangeFeed } from '../changes/change-feed.ts';
import type { Database } from '../db/database.ts';
import { schemaIsCurrent } from '../db/migrate.ts';
import type { SuppressionIndex } from '../suppression-index/suppression-index.ts';
import type { ReadinessCheck } from './health.ts';

const PRELOAD_TIMEOUT_MS = 600_000;

/** Loads the environments that were used in the last hour, so that a restarted server answers at once. */
export interface Preload {
  isDone(): boolean;
}

/** Begins at once, in the background; one environment that can't be loaded holds up nothing (P2.5). */
export function preload(database: Database, index: SuppressionIndex): Preload {
  let done = false;
  void (async () => {
    const { rows } = await database.read.query<{ environment_id: number }>(RECENTLY_USED);
    await Promise.all(rows.map(({ environment_id }) => index.ready(environment_id, PRELOAD_TIMEOUT_MS)));
  })()
    .catch(() => {})
    .finally(() => {
      done = true;
    });
  return { isDone: () => done };
}

const RECENTLY_USED = `SELECT DISTINCT environment_id FROM api_key
  WHERE last_used_at > clock_timestamp() - interval '1 hour' AND revoked_at IS NULL LIMIT 1000`;

/** What must hold before this server should get traffic (P2.5). */
export function readinessChecks(options: {
  database: Database;
  feed: ChangeFeed;
  maxStalenessMs: number;
  recent: Preload;
  revocations: { isBlind(): boolean };
}): readonly ReadinessCheck[] {
  const { database, feed, maxStalenessMs, recent, revocations } = options;
  return [
    {
      name: 'database',
      check: async () =>
        (await schemaIsCurrent(database.feed)) ? null : "the database's schema is older than this server",
    },
    {
      name: 'feed',
      check: () => (feed.pollAge() <= maxStalenessMs ? null : 'the change log could not be polled lately'),
    },
    {
      name: 'revocations',
      check: () => (revocations.isBlind() ? 'revoked keys could not be looked for lately: no socket is taken' : null),
    },
    {
      name: 'index',
      check: () => (recent.isDone() ? null : 'the environments used in the last hour are being loaded'),
    },
  ];
}
