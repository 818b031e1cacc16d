import type { ChangeFeed } from '../changes/change-feed.ts';
import type { Cursor } from '../changes/cursor.ts';
import { hashAt } from '../changes/resume-plan.ts';
import type { Database } from '../db/database.ts';
import { parseSettings, type Settings } from '../domain/settings.ts';
import type { SuppressionIndex } from '../suppression-index/suppression-index.ts';

/** From the index when the environment is loaded, where every change arrives at once; else from its row. */
export async function currentSettings(
  database: Database,
  index: SuppressionIndex,
  environmentId: number,
): Promise<Settings> {
  const loaded = index.peek(environmentId);
  if (loaded && !loaded.isStale()) return loaded.index.settings;
  // First use of the environment on this server: whoever asks next finds it in memory. Never rejects.
  if (!loaded) void index.ready(environmentId);
  const row = await database.prisma.environment.findUnique({
    where: { id: environmentId },
    select: { settings: true },
  });
  return parseSettings(row?.settings);
}

/** A list by its key, from the index when the environment is loaded and has it; null when there is none. */
export async function findList(
  database: Database,
  index: SuppressionIndex,
  environmentId: number,
  key: string,
): Promise<{ id: number; key: string; blocks: number } | null> {
  const loaded = index.peek(environmentId);
  if (loaded && !loaded.isStale()) {
    for (const list of loaded.index.lists.values()) if (list.key === key) return list;
    // Another server may have made it a moment ago.
  }
  // No key has one, and the database takes none.
  if (key.includes('\0')) return null;
  return database.prisma.list.findUnique({ where: { environmentId_key: { environmentId, key } } });
}

/** The cursor of a position at the end of a change set. */
export async function currentCursor(
  database: Database,
  feed: ChangeFeed,
  environmentId: number,
  position: number,
): Promise<Cursor> {
  const environment = await feed.environment(environmentId);
  const hash = await hashAt(database.feed, environment, position);
  if (hash === null) throw new Error('no change set ends at this position');
  return { environmentId, epoch: environment.epoch, position, hash };
}
