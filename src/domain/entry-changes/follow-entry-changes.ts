import type { ChangeRecord, ChangeSetRecord } from '../../changes/change-set.ts';
import { changeStream, cursorAt, type StreamMessage, type StreamOptions } from '../../changes/change-stream.ts';
import type { Cursor } from '../../changes/cursor.ts';
import type { EnvironmentFeed } from '../../changes/environment-feed.ts';
import type { ListRow } from '../../suppression-index/block-mask.ts';
import { parseSettings, type Settings } from '../settings.ts';
import { listsAndSettingsAt } from '../verdicts/moment.ts';
import type { ListsAndSettings } from './blocked-after.ts';
import { type ReasonOf, reasonsOf } from './change-reasons.ts';

/** A change of an entry with what is needed to tell all about it as of its position. */
export interface EntryChangeItem {
  readonly change: ChangeRecord & { readonly phone: string; readonly facts: string };
  readonly set: ChangeSetRecord;
  /** As of the change (R5.2). */
  readonly held: ListsAndSettings;
  readonly reasons: () => Promise<ReasonOf> | ReasonOf;
}

/** A change of a list or of settings: the whole of it as it then was. */
export type ConfigChangeItem = { readonly position: number; readonly at: Date } & (
  | { readonly kind: 'LIST'; readonly list: ListRow }
  | { readonly kind: 'SETTING'; readonly settings: Settings }
);

/** Whole change sets, in the log's order. Entries and configuration never share a message, so the order is never lost. */
export interface EntryBatch {
  readonly kind: 'BATCH';
  readonly cursor: Cursor;
  readonly entries: readonly EntryChangeItem[];
  readonly config: readonly ConfigChangeItem[];
}

export type EntryFeedMessage = EntryBatch | Exclude<StreamMessage, { kind: 'BATCH' }>;

export interface FollowOptions extends Omit<StreamOptions, 'feed'> {
  /** Asked when the stream begins, and held from then on: a feed that nobody holds may be let go of. */
  readonly openFeed: () => Promise<EnvironmentFeed>;
  /** Only entries on these lists; null for all. Changes of lists and settings always come. */
  readonly listIds: ReadonlySet<number> | null;
  /** For who sees masked numbers: sorts a set's changes by this, since the log's order is that of the numbers (P2.9). */
  readonly hiddenOrder: ((phone: string) => string) | null;
}

/** A follower that is up to date hears of changes that are not its own at most so often, in ms. */
const QUIET_MS = 1_000;

/**
 * The feed of one subscriber (PROTOCOL.md): the log's stream, filtered, with the lists and settings that held at each
 * change. Sets without a match move the cursor by bookmarks, not by a message each (P2.7).
 */
export async function* followEntryChanges(options: FollowOptions): AsyncGenerator<EntryFeedMessage, void, void> {
  const { sql } = options;
  const feed = await options.openFeed();
  let held: ListsAndSettings | null = null;
  let sentAt = 0;
  let isCatchingUp = true;
  for await (const message of changeStream({ ...options, feed })) {
    if (message.kind === 'RESYNC') {
      yield message;
      return;
    }
    if (message.kind === 'BOOKMARK') {
      held ??= await listsAndSettingsAt(sql, feed.environmentId, message.cursor.position);
      yield message;
      sentAt = performance.now();
      continue;
    }
    const parts = partsOf(message.sets, held!, { ...options, feed });
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

/** The sets as messages, one for each run of sets about entries or about configuration. */
function partsOf(
  sets: readonly ChangeSetRecord[],
  before: ListsAndSettings,
  options: FollowOptions & StreamOptions,
): { batches: readonly EntryBatch[]; held: ListsAndSettings } {
  const batches: { kind: 'BATCH'; cursor: Cursor; entries: EntryChangeItem[]; config: ConfigChangeItem[] }[] = [];
  let held = before;
  for (const set of sets) {
    const config: ConfigChangeItem[] = [];
    for (const change of set.changes) {
      const item = configChange(change, set, held);
      if (!item) continue;
      config.push(item);
      held =
        item.kind === 'LIST'
          ? { ...held, lists: new Map(held.lists).set(item.list.id, item.list) }
          : { ...held, settings: item.settings };
    }
    const entries = entryChanges(set, held, options);
    const cursor = cursorAt(options.feed, set.position, set.hash);
    const last = batches.at(-1);
    if (entries.length === 0 && config.length === 0) {
      if (last) last.cursor = cursor;
    } else if (last && (config.length > 0 ? last.entries : last.config).length === 0) {
      last.entries.push(...entries);
      last.config.push(...config);
      last.cursor = cursor;
    } else batches.push({ kind: 'BATCH', cursor, entries, config });
  }
  return { batches, held };
}

function configChange(change: ChangeRecord, set: ChangeSetRecord, held: ListsAndSettings): ConfigChangeItem | null {
  const { kind, position, after } = change;
  if (after === null) return null;
  if (kind === 'LIST') return { kind, position, at: set.at, list: JSON.parse(after) as ListRow };
  if (kind !== 'SETTING') return null;
  return { kind, position, at: set.at, settings: parseSettings({ ...held.settings, ...JSON.parse(after) }) };
}

function entryChanges(
  set: ChangeSetRecord,
  held: ListsAndSettings,
  options: FollowOptions & StreamOptions,
): EntryChangeItem[] {
  const { sql, feed, listIds, hiddenOrder } = options;
  const matching = set.changes.filter(
    (change): change is EntryChangeItem['change'] =>
      change.phone !== null && change.facts !== null && (listIds === null || listIds.has(change.listId ?? 0)),
  );
  if (matching.length === 0) return [];
  const reasons = reasonsOf(sql, feed.environmentId, set);
  const items = matching.map((change) => ({ change, set, held, reasons }));
  if (!hiddenOrder) return items;
  const keyed = items.map((item) => ({ item, key: hiddenOrder(item.change.phone) }));
  // Stable: what one number's changes are among themselves stays.
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ item }) => item);
}
