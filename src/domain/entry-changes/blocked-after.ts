import type { CountryCode } from 'libphonenumber-js/max';
import {
  type BlockedEverywhere,
  blockedEverywhere,
  blocksAnything,
  type ListRow,
  type Lists,
} from '../../suppression-index/block-mask.ts';
import { parseFacts } from '../../suppression-index/facts.ts';
import { parsePhoneNumber } from '../numbers/phone-number.ts';
import type { Settings } from '../settings.ts';
import type { CampaignsById } from './campaigns-at.ts';

/** The configuration as of a position in the log; never altered, each change makes new ones. */
export interface Held {
  readonly lists: Lists;
  readonly settings: Settings;
  readonly campaigns: CampaignsById;
}

/** R5.2: what a dialer acts on, over all lists, with the lists and settings of that position. */
export function blockedAfter(phone: string, facts: string, { lists, settings }: Held): BlockedEverywhere {
  const blocked = blockedEverywhere(facts, lists, settings);
  // R2.4: a call to an emergency or crisis number is never blocked, however it came onto a list.
  const { emergency } = parsePhoneNumber(phone, { defaultCountry: settings.defaultCountry as CountryCode });
  return emergency && blocked.outboundCall ? { ...blocked, outboundCall: false } : blocked;
}

/** One list that a number stands on. */
export interface Standing {
  readonly list: ListAfter;
  /** Only entries for review from staff, API or imports: they block while `enforcePending` is on (R1.5). */
  readonly isPendingOnly: boolean;
}

/** Where a number stands by its facts, in list order. */
export function standings(facts: string, held: Held): readonly Standing[] {
  return parseFacts(facts).map(({ listId, enforced }) => ({
    list: listAfter(listId, held),
    isPendingOnly: enforced === 'SOFT',
  }));
}

/** A list as it then was, with what its campaigns were called. */
export interface ListAfter {
  readonly list: ListRow;
  readonly campaigns: CampaignsById;
}

/** The list with this id as of a position. */
export function listAfter(id: number, { lists, campaigns }: Pick<Held, 'lists' | 'campaigns'>): ListAfter {
  // A list that we don't know counts as one that blocks everything (block-mask.ts).
  const unknown = { id, key: `#${id}`, name: '', blocks: blocksAnything, enabled: true, campaigns: [] };
  return { list: lists.get(id) ?? unknown, campaigns };
}
