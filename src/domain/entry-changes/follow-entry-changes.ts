import { changeStream, type StreamMessage, type StreamOptions } from '../../changes/change-stream.ts';
import type { EnvironmentFeed } from '../../changes/environment-feed.ts';
import type { Sql } from '../../db/database.ts';
import { listsAndSettingsAt } from '../verdicts/moment.ts';
import type { Held } from './blocked-after.ts';
import { campaignsAt } from './campaigns-at.ts';
import { type BatchOptions, batchesOf, type EntryBatch } from './feed-batches.ts';

export type EntryFeedMessage = EntryBatch | Exclude<StreamMessage, { kind: 'BATCH' }>;

export interface FollowOptions extends Omit<StreamOptions & BatchOptions, 'feed'> {
  /** Asked when the stream begins, and held from then on: a feed that nobody holds may be let go of. */
  readonly openFeed: () => Promise<EnvironmentFeed>;
}

/** A follower that is up to date hears of changes that are not its own at most so often, in ms. */
const QUIET_MS = 1_000;

/**
 * The feed of one subscriber (PROTOCOL.md): the log's stream, filtered, with the configuration that held at each
 * change. Sets without a match move the cursor by bookmarks, not by a message each (P2.7).
 */
export async function* followEntryChanges(options: FollowOptions): AsyncGenerator<EntryFeedMessage, void, void> {
  const { sql } = options;
  const feed = await options.openFeed();
  let held: Held | null = null;
  let sentAt = 0;
  let isCatchingUp = true;
  for await (const message of changeStream({ ...options, feed })) {
    if (message.kind === 'RESYNC') {
      yield message;
      return;
    }
    if (message.kind === 'BOOKMARK') {
      held ??= await heldAt(sql, feed.environmentId, message.cursor.position);
      yield message;
      sentAt = performance.now();
      continue;
    }
    const parts = batchesOf(message.sets, held!, { ...options, feed });
    held = parts.held;
    for (const batch of parts.batches) yield batch;
    const isAtEnd = message.cursor.position >= feed.position;
    const quiet = performance.now() - sentAt;
    if (parts.batches.length > 0) sentAt = performance.now();
    if (parts.batches.at(-1)?.cursor.position !== message.cursor.position) {
      if (isAtEnd ? isCatchingUp || quiet >= QUIET_MS : quiet >= options.bookmarkMs) {
        yield { kind: 'BOOKMARK', cursor: message.cursor };
        sentAt = performance.now();
      }
    }
    isCatchingUp = !isAtEnd;
  }
}

async function heldAt(sql: Sql, environmentId: number, position: number): Promise<Held> {
  const [{ lists, settings }, campaigns] = await Promise.all([
    listsAndSettingsAt(sql, environmentId, position),
    campaignsAt(sql, environmentId, position),
  ]);
  return { lists, settings, campaigns };
}
