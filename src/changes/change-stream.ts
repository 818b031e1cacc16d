import type { Sql } from '../db/database.ts';
import type { ChangeSetRecord } from './change-set.ts';
import type { Cursor } from './cursor.ts';
import type { EnvironmentFeed } from './environment-feed.ts';
import { planResume, type ResyncReason, shortHash } from './resume-plan.ts';

/** What a follower receives (PROTOCOL.md). `cursor` is true at the end of the message. */
export type StreamMessage =
  | { readonly kind: 'BATCH'; readonly sets: readonly ChangeSetRecord[]; readonly cursor: Cursor }
  | { readonly kind: 'BOOKMARK'; readonly cursor: Cursor }
  | { readonly kind: 'RESYNC'; readonly reason: ResyncReason };

export interface StreamOptions {
  readonly sql: Sql;
  readonly feed: EnvironmentFeed;
  /** Null starts at now. */
  readonly after: Cursor | null;
  /** When nothing happens for so long, a bookmark says so (invariant 5). */
  readonly bookmarkMs: number;
  readonly signal: AbortSignal;
}

/**
 * Follows one environment's log: pulls whole change sets, in order, each once. Holds no queue: who reads slowly finds
 * the next batch in the tail, or in the database. Begins with a bookmark, so that a follower has a cursor at once.
 */
export async function* changeStream(options: StreamOptions): AsyncGenerator<StreamMessage, void, void> {
  const { sql, feed, bookmarkMs, signal } = options;
  const plan = await planResume(sql, feed, options.after);
  if (plan.kind === 'RESYNC') {
    yield plan;
    return;
  }
  const release = feed.hold();
  try {
    let cursor = options.after ?? cursorAt(feed, feed.position, feed.hash);
    yield { kind: 'BOOKMARK', cursor };
    while (!signal.aborted) {
      if (feed.isBroken) {
        yield { kind: 'RESYNC', reason: 'OTHER_HISTORY' };
        return;
      }
      const known = feed.position;
      const sets = await feed.read(cursor.position, sql);
      const last = sets.at(-1);
      // What comes from the database may be another history before the follower knows (P2.2).
      if (sets[0] ? !continues(cursor, sets[0]) : known > cursor.position) {
        yield { kind: 'RESYNC', reason: 'OTHER_HISTORY' };
        return;
      }
      if (last) {
        cursor = cursorAt(feed, last.position, last.hash);
        yield { kind: 'BATCH', sets, cursor };
      } else if (!(await feed.waitPast(cursor.position, bookmarkMs, signal)) && !signal.aborted && !feed.isBroken) {
        yield { kind: 'BOOKMARK', cursor };
      }
    }
  } finally {
    release();
  }
}

function continues(cursor: Cursor, next: ChangeSetRecord): boolean {
  return next.firstPosition === cursor.position + 1 && shortHash(next.prevHash) === cursor.hash;
}

export function cursorAt(feed: { environmentId: number; epoch: string }, position: number, hash: Uint8Array): Cursor {
  return { environmentId: feed.environmentId, epoch: feed.epoch, position, hash: shortHash(hash) };
}
