import type { Sql } from '../db/database.ts';
import { genesisHash } from './chain.ts';
import type { Cursor } from './cursor.ts';
import type { EnvironmentFeed } from './environment-feed.ts';

/** Why a cursor can't be continued: throw the copy away, take a new snapshot, and follow from its cursor. */
export type ResyncReason = 'OTHER_ENVIRONMENT' | 'OTHER_HISTORY' | 'AHEAD_OF_LOG';

/** How a subscriber goes on: a decision as data, executed by change-stream.ts. */
export type ResumePlan =
  | { readonly kind: 'FOLLOW'; readonly after: number }
  | { readonly kind: 'RESYNC'; readonly reason: ResyncReason };

/** P2.2: the cursor's hash must be the log's hash there, after a fresh look at the log when it lies beyond what we know. */
export async function planResume(sql: Sql, feed: EnvironmentFeed, cursor: Cursor | null): Promise<ResumePlan> {
  if (cursor === null) return { kind: 'FOLLOW', after: feed.position };
  if (cursor.environmentId !== feed.environmentId) return { kind: 'RESYNC', reason: 'OTHER_ENVIRONMENT' };
  if (cursor.epoch !== feed.epoch) return { kind: 'RESYNC', reason: 'OTHER_HISTORY' };
  if (cursor.position > feed.position && !(await canPull(feed))) return { kind: 'RESYNC', reason: 'OTHER_HISTORY' };
  if (cursor.position > feed.position) return { kind: 'RESYNC', reason: 'AHEAD_OF_LOG' };
  const hash = await hashAt(sql, feed, cursor.position);
  return hash === cursor.hash
    ? { kind: 'FOLLOW', after: cursor.position }
    : { kind: 'RESYNC', reason: 'OTHER_HISTORY' };
}

/** False when the log in the database doesn't continue the one that this server has followed. */
async function canPull(feed: EnvironmentFeed): Promise<boolean> {
  try {
    await feed.pull();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'BROKEN_CHAIN') return false;
    throw error;
  }
}

/** The first 8 bytes of the chain hash at a position, or null when no change set ends there. */
export async function hashAt(sql: Sql, feed: EnvironmentFeed, position: number): Promise<string | null> {
  if (position === 0) return shortHash(genesisHash(feed.epoch));
  if (position === feed.position) return shortHash(feed.hash);
  const { rows } = await sql.query<{ hash: Buffer }>(
    'SELECT hash FROM change_set WHERE environment_id = $1 AND position = $2',
    [feed.environmentId, position],
  );
  return rows[0] ? shortHash(rows[0].hash) : null;
}

export function shortHash(hash: Uint8Array): string {
  return Buffer.from(hash.subarray(0, 8)).toString('hex');
}
