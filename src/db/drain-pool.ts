import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 10;
const GOODBYE_MS = 1_000;

/**
 * Ends a pool after the queries that were given to it, or after 5 s without them. (`pool.end()` alone forgets the ones
 * that wait for a connection: they would never settle.)
 */
export async function drainPool(pool: pg.Pool): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  const busy = () => pool.waitingCount > 0 || pool.totalCount > pool.idleCount;
  while (busy() && Date.now() < until) await sleep(LOOK_EVERY_MS);
  // Nor does it wait for a server that doesn't answer: what it would say is only goodbye.
  await Promise.race([pool.end(), sleep(busy() ? LOOK_EVERY_MS : GOODBYE_MS)]);
}
