import type { Cursor } from '../../changes/cursor.ts';
import { mapInSlices } from '../../in-slices.ts';
import type { Lists } from '../../suppression-index/block-mask.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import type { SuppressionIndex } from '../../suppression-index/suppression-index.ts';
import {
  deriveVerdict,
  type Reason,
  type VerdictSource,
  type VerdictWarning,
} from '../../suppression-index/verdict.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { AtLeast } from './at-least.ts';
import { lookUp, type Suspect, suspectSources } from './batch-look-up.ts';
import type { AskedContact, Asking, Contact } from './check-answer.ts';
import { assertFittingType } from './consent-standing.ts';
import { type ReadNumber, readNumber } from './read-number.ts';
import { VerdictsUnavailableError } from './verdicts-unavailable.ts';

/** How many numbers one batch takes. */
export const MAX_BATCH_NUMBERS = 50_000;

export interface BatchNumber {
  readonly phone: string;
  /** The caller's own id, given back as it came. */
  readonly reference?: string | null;
}

/** No number of the business here: implied consent suffices, of whichever conversation it is. */
export interface BatchInput extends Omit<AskedContact, 'businessNumber'> {
  readonly numbers: readonly BatchNumber[];
  /** A cursor that the answers must not be older than. */
  readonly atLeast?: string | null;
  /** How numbers without a country code are read; default: the environment's, as of the answer. */
  readonly defaultCountry?: string;
}

/** One number that must not be contacted. */
export interface BatchRow {
  /** Its place in the input, from 0. */
  readonly index: number;
  readonly reference: string | null;
  /** INVALID: it can't be read as a number (R2.5); it is blocked too, and its reasons may name lists. */
  readonly outcome: 'BLOCKED' | 'INVALID';
  readonly reasons: readonly Reason[];
  /** What is wrong with it and what to do, for INVALID. */
  readonly problem: NumberProblem | null;
  /** What was looked up. */
  readonly keys: readonly string[];
}

export interface BatchAnswer extends Contact {
  /** The blocked and the invalid, in input order; whoever isn't here may be contacted. */
  readonly rows: readonly BatchRow[];
  /** checked = allowed + blocked + invalid. */
  readonly checked: number;
  readonly allowed: number;
  readonly blocked: number;
  readonly invalid: number;
  /** The campaign that was counted by; null when none was named, or none that is known. */
  readonly campaign: CampaignRow | null;
  readonly warnings: readonly VerdictWarning[];
  /**
   * Places of the numbers, blocked ones too, whose consent doesn't suffice for the message type, of those that can be read;
   * null when none was asked about.
   */
  readonly withoutConsent: readonly number[] | null;
  /** The one place in the log that all answers are true at. */
  readonly cursor: Cursor;
  readonly lists: Lists;
  readonly settings: Settings;
}

/** Checks many numbers at one position: never a shorter list from a node that can't vouch for it (R3.3). */
export async function checkBatch(
  node: { readonly index: SuppressionIndex; readonly atLeast: AtLeast },
  viewer: Asking,
  input: BatchInput,
): Promise<BatchAnswer> {
  assertSize(input.numbers.length);
  assertFittingType(input, 'messageType');
  const loaded = await node.index.ready(viewer.environmentId);
  if (!loaded) throw new VerdictsUnavailableError('NOT_READY');
  if (input.atLeast && !(await node.atLeast.reached(loaded, input.atLeast)))
    throw new VerdictsUnavailableError('STALE');
  const { index } = loaded;
  const countryNow = () => input.defaultCountry ?? index.settings.defaultCountry;
  let country: string;
  let read: readonly ReadNumber[];
  do {
    country = countryNow();
    const asked = country;
    read = await mapInSlices(input.numbers, ({ phone }) => readNumber(phone, asked));
  } while (country !== countryNow());
  // One synchronous step: staleness, position, facts, lists and settings are of one instant (P2.3).
  if (loaded.isStale()) throw new VerdictsUnavailableError('STALE');
  const cursor = loaded.cursor();
  const { settings } = index;
  const lists = new Map(index.lists);
  const campaign = (input.campaign != null && index.campaigns.get(input.campaign)) || null;
  const { suspects, withoutConsent } = lookUp(index, read, input);
  const rows = await blockedRows(input, campaign, suspects, suspectSources(lists, settings));
  const checked = read.length;
  const invalid = rows.filter(({ outcome }) => outcome === 'INVALID').length;
  const { direction, channel } = input;
  const counts = { checked, allowed: checked - rows.length, blocked: rows.length - invalid, invalid };
  return {
    direction,
    channel,
    rows,
    ...counts,
    campaign,
    warnings: input.campaign != null && campaign === null ? [{ code: 'UNKNOWN_CAMPAIGN' }] : [],
    withoutConsent: input.messageType ? withoutConsent : null,
    cursor,
    lists,
    settings,
  };
}

async function blockedRows(
  { direction, channel, messageType, numbers }: BatchInput,
  campaign: CampaignRow | null,
  suspects: readonly Suspect[],
  sourceOf: (suspect: Suspect) => VerdictSource,
): Promise<BatchRow[]> {
  const rows = await mapInSlices(suspects, (suspect): BatchRow | null => {
    const { place, read, lacksConsent } = suspect;
    const { number, otherKeys, keys } = read;
    const verdict = deriveVerdict({
      number,
      otherKeys,
      direction,
      channel,
      campaignId: campaign?.id ?? null,
      lacksConsentFor: lacksConsent ? messageType : null,
      source: sourceOf(suspect),
      stale: false,
    });
    if (verdict.decision === 'ALLOW') return null;
    const unreadable = number && !number.ok && direction === 'OUTBOUND' ? number.problem : null;
    return {
      index: place,
      reference: numbers[place]!.reference ?? null,
      outcome: unreadable ? 'INVALID' : 'BLOCKED',
      reasons: verdict.reasons,
      problem: unreadable,
      keys,
    };
  });
  return rows.filter((row) => row !== null);
}

function assertSize(size: number): void {
  if (size === 0)
    throw new UserProblemError(problem('REQUIRED', 'numbers', 'There is no number to check: give at least one.'));
  if (size <= MAX_BATCH_NUMBERS) return;
  const tooMany = `One batch takes at most ${MAX_BATCH_NUMBERS} numbers and this one has ${size}: send it in parts.`;
  throw new UserProblemError(problem('TOO_MANY', 'numbers', tooMany));
}
