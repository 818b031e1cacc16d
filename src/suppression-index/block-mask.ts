import type { Settings } from '../domain/settings.ts';
import { type Enforced, type ListFact, parseFacts } from './facts.ts';

export type Direction = 'OUTBOUND' | 'INBOUND';
export type Channel = 'CALL' | 'SMS';

/** A suppression list as the log defines it. */
export interface ListRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** What it blocks: the sum of 1 outbound CALL, 2 outbound SMS, 4 inbound CALL, 8 inbound SMS. */
  readonly blocks: number;
  /** A disabled list doesn't count (R3.1). */
  readonly enabled: boolean;
  /** Ids of the campaigns that it counts for; none: for all (R3.1). */
  readonly campaigns: readonly number[];
}

/** Lists by id. */
export type Lists = ReadonlyMap<number, ListRow>;

/** R3.1: DNC blocks outbound calls and texts, DNT outbound texts, SPAM both inbound. They can't be altered (R5.5). */
export const builtInLists: readonly ListRow[] = [
  { id: 1, key: 'DNC', name: 'Do Not Call', blocks: 3, enabled: true, campaigns: [] },
  { id: 2, key: 'DNT', name: 'Do Not Text', blocks: 2, enabled: true, campaigns: [] },
  { id: 3, key: 'SPAM', name: 'Spam', blocks: 12, enabled: true, campaigns: [] },
];

/** A list as a change of kind LIST states it, whole; those of earlier releases know no campaigns. */
export function parseList(json: string): ListRow {
  return { campaigns: [], ...(JSON.parse(json) as Omit<ListRow, 'campaigns'>) };
}

/** Every kind of contact, as the sum of the bits. */
export const blocksAnything = 15;

/** The bit of a list's `blocks` that stands for this contact. */
export function blockBit(direction: Direction, channel: Channel): number {
  if (direction === 'OUTBOUND') return channel === 'CALL' ? 1 : 2;
  return channel === 'CALL' ? 4 : 8;
}

/** Whether a number's entries of this class block at all (R1.5). */
function enforces(enforced: Enforced, settings: Pick<Settings, 'enforcePending'>): boolean {
  return enforced === 'HARD' || settings.enforcePending;
}

/**
 * What the list blocks now. One that we don't know blocks everything: facts that name it mean that this index missed a
 * change, and a node that can't vouch for its answer never says ALLOW (R3.3).
 */
function blocksOf(lists: Lists, listId: number): number {
  const list = lists.get(listId);
  if (list === undefined) return blocksAnything;
  return list.enabled ? list.blocks : 0;
}

/** Everything that is blocked for a number with these facts, as the sum of `blockBit`s. */
export function blockMask(facts: string, lists: Lists, settings: Pick<Settings, 'enforcePending'>): number {
  let mask = 0;
  for (const { listId, enforced } of parseFacts(facts)) {
    if (enforces(enforced, settings)) mask |= blocksOf(lists, listId);
  }
  return mask;
}

/**
 * Whether a list counts in a contact of this campaign (R3.1); null: of none, where every list counts. So does one that we
 * don't know, as above.
 */
function countsFor(campaignId: number | null, list: ListRow | undefined): boolean {
  if (campaignId === null || list === undefined || list.campaigns.length === 0) return true;
  return list.campaigns.includes(campaignId);
}

/** Each list that blocks this contact, in list order (R3.2). */
export function blockingLists(
  facts: string,
  lists: Lists,
  settings: Pick<Settings, 'enforcePending'>,
  bit: number,
  campaignId: number | null = null,
): readonly ListFact[] {
  return parseFacts(facts).filter(
    ({ listId, enforced }) =>
      enforces(enforced, settings) && (blocksOf(lists, listId) & bit) !== 0 && countsFor(campaignId, lists.get(listId)),
  );
}

/** What the feed says about a number after a change (R5.2). */
export interface BlockedEverywhere {
  readonly outboundCall: boolean;
  readonly outboundSms: boolean;
  readonly inboundCall: boolean;
  readonly inboundSms: boolean;
}

/** Whether a number with these facts is blocked, for every direction and channel, over all lists (R5.2). */
export function blockedEverywhere(
  facts: string,
  lists: Lists,
  settings: Pick<Settings, 'enforcePending'>,
): BlockedEverywhere {
  const mask = blockMask(facts, lists, settings);
  return {
    outboundCall: (mask & 1) !== 0,
    outboundSms: (mask & 2) !== 0,
    inboundCall: (mask & 4) !== 0,
    inboundSms: (mask & 8) !== 0,
  };
}
