import type { MessageType } from '../domain/consents/consent.ts';
import type { ParsedNumber } from '../domain/numbers/phone-number.ts';
import type { Settings } from '../domain/settings.ts';
import { blockBit, blockingLists, blockMask, type Channel, type Direction, type Lists } from './block-mask.ts';
import type { Enforced } from './facts.ts';

export type Reason =
  /** On a list that blocks this contact, as of the index's position. */
  | { readonly code: 'LISTED'; readonly listId: number; readonly enforced: Enforced }
  /** Outbound to what can't be read as a number (R2.5); `problem` is the parser's code. */
  | { readonly code: 'INVALID_NUMBER'; readonly problem: string }
  /** Always allowed, on any node (R2.4). */
  | { readonly code: 'EMERGENCY_NUMBER' }
  /** The environment demands consent, and none on file is good for such a text. */
  | { readonly code: 'CONSENT_INSUFFICIENT'; readonly messageType: MessageType }
  /** Allowed inbound: the caller is withheld or can't be read, and isn't listed as received (R2.5). */
  | { readonly code: 'CALLER_UNREADABLE' }
  /** The node hasn't shown lately that it has the newest changes (R3.3). */
  | { readonly code: 'STALE' }
  /** The environment isn't loaded on this node yet (R3.3). */
  | { readonly code: 'NOT_READY' };

/** What doesn't decide, and should be known. */
export type VerdictWarning =
  /** Every list counted: the campaign that was named isn't known, or is archived (R3.1). */
  | { readonly code: 'UNKNOWN_CAMPAIGN' }
  /** No consent on file is good for such a text; the environment lets it pass with a warning. */
  | { readonly code: 'CONSENT_INSUFFICIENT'; readonly messageType: MessageType };

type Listed = Extract<Reason, { code: 'LISTED' }>;

export interface Verdict {
  readonly decision: 'ALLOW' | 'BLOCK';
  /** Every reason, not only the first (R3.2): the number's own, lists by id, its consent, then the node's. Empty on a plain ALLOW. */
  readonly reasons: readonly Reason[];
}

/** Where facts come from: an `EnvironmentIndex`, or one number's facts of the past (`factsAt`). */
export interface VerdictSource {
  facts(key: string): string;
  blockMask(key: string): number;
  readonly lists: Lists;
  readonly settings: Pick<Settings, 'enforcePending'>;
}

export interface VerdictInput {
  /** null: the caller withheld it. */
  readonly number: ParsedNumber | null;
  /** Further keys that the same text may be listed under (R2.3): see `otherKeys`. */
  readonly otherKeys: readonly string[];
  readonly direction: Direction;
  readonly channel: Channel;
  /** Lists that don't count for it are left out (R3.1); null, and by default: every list counts. */
  readonly campaignId?: number | null;
  /** A text of this type that lacks the consent that the environment demands; null, and by default: it lacks nothing. */
  readonly lacksConsentFor?: MessageType | null;
  /** null: not loaded, so nothing in it may be believed. */
  readonly source: VerdictSource | null;
  readonly stale: boolean;
}

const ALLOWED: Verdict = Object.freeze({ decision: 'ALLOW', reasons: Object.freeze([]) });

/** May this contact happen? Pure; no clock, no database (R2.4, R2.5, R3.1-R3.3). */
export function deriveVerdict(input: VerdictInput): Verdict {
  const { number, direction, channel, source, campaignId = null, lacksConsentFor = null } = input;
  const readable = number?.ok === true;
  // Before anything that can be stale, unloaded or listed; 911 has no E.164 form, so before `readable` too.
  if (number?.emergency && direction === 'OUTBOUND' && channel === 'CALL') {
    return { decision: 'ALLOW', reasons: [{ code: 'EMERGENCY_NUMBER' }] };
  }
  const reasons: Reason[] = [];
  if (!readable && direction === 'OUTBOUND') {
    reasons.push({ code: 'INVALID_NUMBER', problem: number?.problem.code ?? 'EMPTY' });
  }
  if (source !== null) {
    const bit = blockBit(direction, channel);
    const blocking = readable ? listsThatBlock(source, number.e164, bit, campaignId) : [];
    for (const key of input.otherKeys) blocking.push(...listsThatBlock(source, key, bit, campaignId));
    reasons.push(...(blocking.length > 1 ? onePerList(blocking) : blocking));
    if (lacksConsentFor !== null) reasons.push({ code: 'CONSENT_INSUFFICIENT', messageType: lacksConsentFor });
  }
  if (source === null) reasons.push({ code: 'NOT_READY' });
  else if (input.stale) reasons.push({ code: 'STALE' });
  if (reasons.length > 0) return { decision: 'BLOCK', reasons };
  return readable ? ALLOWED : { decision: 'ALLOW', reasons: [{ code: 'CALLER_UNREADABLE' }] };
}

/** The mask is over all lists: what it doesn't block no campaign blocks, and only a hit is looked at list by list. */
function listsThatBlock(source: VerdictSource, key: string, bit: number, campaignId: number | null): Listed[] {
  if ((source.blockMask(key) & bit) === 0) return [];
  const lists = blockingLists(source.facts(key), source.lists, source.settings, bit, campaignId);
  return lists.map(({ listId, enforced }) => ({ code: 'LISTED', listId, enforced }));
}

/** Two keys of one text may be on the same list: it is named once, HARD before SOFT, in list order. */
function onePerList(listed: readonly Listed[]): Listed[] {
  const byList = new Map<number, Listed>();
  for (const reason of listed) {
    if (byList.get(reason.listId)?.enforced !== 'HARD') byList.set(reason.listId, reason);
  }
  return [...byList.values()].sort((a, b) => a.listId - b.listId);
}

/** One number's facts with the lists and settings that held then, for a check in the past (R3.4). */
export function factsAt(facts: string, lists: Lists, settings: Pick<Settings, 'enforcePending'>): VerdictSource {
  const mask = blockMask(facts, lists, settings);
  return { facts: () => facts, blockMask: () => mask, lists, settings };
}
