import type { Viewer } from '../../auth/viewer.ts';
import type { Cursor } from '../../changes/cursor.ts';
import type { Channel, Direction, Lists } from '../../suppression-index/block-mask.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import {
  deriveVerdict,
  type Verdict,
  type VerdictSource,
  type VerdictWarning,
} from '../../suppression-index/verdict.ts';
import type { MessageType } from '../consents/consent.ts';
import type { ParsedNumber } from '../numbers/phone-number.ts';
import type { Settings } from '../settings.ts';
import { type ConsentSource, type ConsentStanding, consentStanding, lackOfConsent } from './consent-standing.ts';
import type { ReadNumber } from './read-number.ts';

/** Whose list is asked: an answer never looks outside the viewer's environment. */
export type Asking = Pick<Viewer, 'environmentId'>;

/** The contact that is meant (R3.1). */
export interface Contact {
  readonly direction: Direction;
  readonly channel: Channel;
}

/** What else a verdict may depend on. */
export interface AskedContact extends Contact {
  /** The key of the campaign that makes it: a custom list that isn't attached to it doesn't count (R3.1). */
  readonly campaign?: string | null;
  /** What an outbound text is about: whether the consent on file suffices for it. */
  readonly messageType?: MessageType | null;
  /** The number of the business that it comes from: implied consent is of the thread with one number. */
  readonly businessNumber?: string | null;
}

/** A verdict with all that is needed to show it: names of lists, details of the number, and the place in the log. */
export interface CheckAnswer extends Verdict, Contact {
  /** As read; null when the caller withheld it. */
  readonly number: ParsedNumber | null;
  /** What was looked up: the E.164 form, if there is one, then the other keys (R2.3). */
  readonly keys: readonly string[];
  /** The place in the log that the answer is true at; null with NOT_READY, where nothing was looked up. */
  readonly cursor: Cursor | null;
  /** To name the lists of the reasons. For an answer about now it is the index's own map and goes on changing with it. */
  readonly lists: Lists;
  readonly settings: Settings;
  /** The moment that was asked about; null: now. */
  readonly at: Date | null;
  /** The campaign that was counted by; null when none was named, or none that is known. */
  readonly campaign: CampaignRow | null;
  /** Null when no message type was asked about, and with NOT_READY. */
  readonly consent: ConsentStanding | null;
  /** What doesn't decide, and should be known. */
  readonly warnings: readonly VerdictWarning[];
}

/** What an answer is made from. `source` null: this node has nothing loaded to answer from. */
export interface Standing {
  readonly source: VerdictSource | null;
  readonly stale: boolean;
  readonly cursor: Cursor | null;
  readonly lists: Lists;
  readonly settings: Settings;
  readonly at: Date | null;
  /** By key, none that is archived; null like `source`. */
  readonly campaigns: ReadonlyMap<string, CampaignRow> | null;
  /** Null like `source`. */
  readonly consents: ConsentSource | null;
  /** Whether an implied consent is of the thread that is meant, as far as a business number was named; default true. */
  readonly inThread?: boolean;
}

const NO_WARNINGS: readonly VerdictWarning[] = Object.freeze([]);

/** The verdict on one contact with a number that was already read. Synchronous: facts and cursor are of one instant. */
export function answerFor(read: ReadNumber, asked: AskedContact, standing: Standing): CheckAnswer {
  const { source, stale, cursor, lists, settings, at, consents, inThread = true } = standing;
  const { number, otherKeys, keys } = read;
  const { direction, channel, messageType } = asked;
  const campaign = campaignOf(asked, standing);
  const consent = messageType && consents ? consentStanding(number, messageType, consents, inThread) : null;
  const lack = lackOfConsent(number, consent, settings);
  const { decision, reasons } = deriveVerdict({
    number,
    otherKeys,
    direction,
    channel,
    campaignId: campaign?.id ?? null,
    lacksConsentFor: lack === 'BLOCKS' ? messageType : null,
    source,
    stale,
  });
  const warnings = warningsOf(asked, standing, campaign, lack === 'WARNS');
  return {
    decision,
    reasons,
    direction,
    channel,
    number,
    keys,
    cursor,
    lists,
    settings,
    at,
    campaign,
    consent,
    warnings,
  };
}

/** The campaign that was asked for; null for none, and for one that is unknown or archived. */
function campaignOf({ campaign }: Pick<AskedContact, 'campaign'>, { campaigns }: Standing): CampaignRow | null {
  return (campaign != null && campaigns?.get(campaign)) || null;
}

function warningsOf(
  asked: AskedContact,
  { campaigns }: Standing,
  campaign: CampaignRow | null,
  lacksConsent: boolean,
): readonly VerdictWarning[] {
  const isUnknown = asked.campaign != null && campaigns !== null && campaign === null;
  if (!isUnknown && !lacksConsent) return NO_WARNINGS;
  const warnings: VerdictWarning[] = isUnknown ? [{ code: 'UNKNOWN_CAMPAIGN' }] : [];
  if (lacksConsent) warnings.push({ code: 'CONSENT_INSUFFICIENT', messageType: asked.messageType! });
  return warnings;
}

/** R2.4: what is allowed whatever is loaded, stale or listed. */
export function isEmergencyCall(number: ParsedNumber | null, { direction, channel }: Contact): boolean {
  return Boolean(number?.emergency) && direction === 'OUTBOUND' && channel === 'CALL';
}
