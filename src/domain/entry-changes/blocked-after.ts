import type { CountryCode } from 'libphonenumber-js/max';
import {
  type BlockedEverywhere,
  blockedEverywhere,
  type ListRow,
  type Lists,
} from '../../suppression-index/block-mask.ts';
import { parseFacts } from '../../suppression-index/facts.ts';
import { parsePhoneNumber } from '../numbers/phone-number.ts';
import type { Settings } from '../settings.ts';

/** The lists and settings as of a position in the log; never altered, each change makes new ones. */
export interface ListsAndSettings {
  readonly lists: Lists;
  readonly settings: Settings;
}

/** R5.2: what a dialer acts on, over all lists, with the lists and settings of that position. */
export function blockedAfter(phone: string, facts: string, { lists, settings }: ListsAndSettings): BlockedEverywhere {
  const blocked = blockedEverywhere(facts, lists, settings);
  // R2.4: a call to an emergency or crisis number is never blocked, however it came onto a list.
  const { emergency } = parsePhoneNumber(phone, { defaultCountry: settings.defaultCountry as CountryCode });
  return emergency && blocked.outboundCall ? { ...blocked, outboundCall: false } : blocked;
}

/** One list that a number stands on. */
export interface Standing {
  readonly list: ListRow;
  /** Only entries for review from staff, API or imports: they block while `enforcePending` is on (R1.5). */
  readonly isPendingOnly: boolean;
}

/** Where a number stands by its facts, in list order. */
export function standings(facts: string, { lists }: ListsAndSettings): readonly Standing[] {
  return parseFacts(facts).map(({ listId, enforced }) => ({
    // A list that we don't know counts as one that blocks everything (block-mask.ts).
    list: lists.get(listId) ?? { id: listId, key: `#${listId}`, name: '', blocks: 15, enabled: true },
    isPendingOnly: enforced === 'SOFT',
  }));
}
