import type { ChangeRecord, ChangeSetRecord } from '../../changes/change-set.ts';
import { cursorAt } from '../../changes/change-stream.ts';
import type { Cursor } from '../../changes/cursor.ts';
import type { EnvironmentFeed } from '../../changes/environment-feed.ts';
import type { Sql } from '../../db/database.ts';
import { parseList } from '../../suppression-index/block-mask.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { parseSettings, type Settings } from '../settings.ts';
import { type Held, type ListAfter, listAfter } from './blocked-after.ts';
import { parseCampaign } from './campaigns-at.ts';
import { type ReasonOf, reasonsOf } from './change-reasons.ts';

/** A change about a number, with the facts after its set. */
type NumberChange = ChangeRecord & { readonly phone: string; readonly facts: string };

/** A change of an entry with what is needed to tell all about it as of its position. */
export interface EntryChangeItem {
  readonly change: NumberChange;
  readonly set: ChangeSetRecord;
  /** As of the change (R5.2). */
  readonly held: Held;
  readonly reasons: () => Promise<ReasonOf> | ReasonOf;
}

/** A consent that was given, or has ended. */
export interface ConsentChangeItem {
  readonly change: NumberChange;
  readonly set: ChangeSetRecord;
}

/** A change of configuration: the whole of it as it then was. */
export type ConfigChangeItem = { readonly position: number; readonly at: Date } & (
  | { readonly kind: 'LIST'; readonly list: ListAfter }
  | { readonly kind: 'CAMPAIGN'; readonly campaign: CampaignRow }
  | { readonly kind: 'SETTING'; readonly settings: Settings }
);

/**
 * Whole change sets, in the log's order. Numbers and configuration never share a message, so the order in which they
 * bear on each other is never lost; of entries and consents neither alters what the other means.
 */
export interface EntryBatch {
  readonly kind: 'BATCH';
  readonly cursor: Cursor;
  readonly entries: readonly EntryChangeItem[];
  readonly consents: readonly ConsentChangeItem[];
  readonly config: readonly ConfigChangeItem[];
}

export interface BatchOptions {
  readonly sql: Sql;
  readonly feed: EnvironmentFeed;
  /** Only entries on these lists; null for all. Changes of configuration and of consents always come. */
  readonly listIds: ReadonlySet<number> | null;
  /** For who sees masked numbers: sorts a set's changes by this, since the log's order is that of the numbers (P2.9). */
  readonly hiddenOrder: ((phone: string) => string) | null;
}

interface OpenBatch extends EntryBatch {
  cursor: Cursor;
  readonly entries: EntryChangeItem[];
  readonly consents: ConsentChangeItem[];
  readonly config: ConfigChangeItem[];
}

/** The sets as messages, one for each run of sets about numbers or about configuration; and what holds after them. */
export function batchesOf(
  sets: readonly ChangeSetRecord[],
  before: Held,
  options: BatchOptions,
): { batches: readonly EntryBatch[]; held: Held } {
  const batches: OpenBatch[] = [];
  let held = before;
  for (const set of sets) {
    const config: ConfigChangeItem[] = [];
    for (const change of set.changes) {
      const changed = configAfter(change, set, held);
      if (!changed) continue;
      config.push(changed.item);
      held = changed.held;
    }
    const entries = entryChanges(set, held, options);
    const consents = consentChanges(set, options);
    const cursor = cursorAt(options.feed, set.position, set.hash);
    const last = batches.at(-1);
    if (entries.length + consents.length + config.length === 0) {
      if (last) last.cursor = cursor;
    } else if (last && config.length > 0 === last.config.length > 0) {
      last.entries.push(...entries);
      last.consents.push(...consents);
      last.config.push(...config);
      last.cursor = cursor;
    } else batches.push({ kind: 'BATCH', cursor, entries, consents, config });
  }
  return { batches, held };
}

/** What a change of configuration made, and what holds from there on. Other kinds of it bear on nothing that a follower does. */
function configAfter(
  { kind, position, after }: ChangeRecord,
  { at }: ChangeSetRecord,
  held: Held,
): { item: ConfigChangeItem; held: Held } | null {
  if (after === null) return null;
  switch (kind) {
    case 'LIST': {
      const list = parseList(after);
      const next = { ...held, lists: new Map(held.lists).set(list.id, list) };
      return { item: { kind, position, at, list: listAfter(list.id, next) }, held: next };
    }
    case 'CAMPAIGN': {
      const campaign = parseCampaign(after);
      const campaigns = new Map(held.campaigns).set(campaign.id, campaign);
      return { item: { kind, position, at, campaign }, held: { ...held, campaigns } };
    }
    case 'SETTING': {
      const settings = parseSettings({ ...held.settings, ...JSON.parse(after) });
      return { item: { kind, position, at, settings }, held: { ...held, settings } };
    }
    default:
      return null;
  }
}

function entryChanges(
  set: ChangeSetRecord,
  held: Held,
  { sql, feed, listIds, hiddenOrder }: BatchOptions,
): EntryChangeItem[] {
  const matching = numberChanges(set, hiddenOrder).filter(
    ({ kind, listId }) => kind !== 'CONSENT' && (listIds === null || listIds.has(listId ?? 0)),
  );
  if (matching.length === 0) return [];
  const reasons = reasonsOf(sql, feed.environmentId, set);
  return matching.map((change) => ({ change, set, held, reasons }));
}

function consentChanges(set: ChangeSetRecord, { hiddenOrder }: BatchOptions): ConsentChangeItem[] {
  return numberChanges(set, hiddenOrder)
    .filter(({ kind }) => kind === 'CONSENT')
    .map((change) => ({ change, set }));
}

function numberChanges({ changes }: ChangeSetRecord, hiddenOrder: BatchOptions['hiddenOrder']): NumberChange[] {
  const all = changes.filter((change): change is NumberChange => change.phone !== null && change.facts !== null);
  if (!hiddenOrder) return all;
  const keyed = all.map((change) => ({ change, key: hiddenOrder(change.phone) }));
  // Stable: what one number's changes are among themselves stays.
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ change }) => change);
}
