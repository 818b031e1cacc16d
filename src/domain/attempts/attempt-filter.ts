import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import type { Channel, Direction } from '../../suppression-index/block-mask.ts';
import { actorOf } from '../caller.ts';
import { findAnyCampaign } from '../campaigns/find-campaign.ts';
import type { TimeRange } from '../entries/entry-filter.ts';
import { listIdsOf } from '../list-ids.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { readNumber } from '../verdicts/read-number.ts';
import { type DialingMode, phoneOf } from './attempt.ts';

/** Which attempts are meant. All that is given must hold; an empty list is as good as none. */
export interface AttemptFilter {
  readonly decision?: 'ALLOW' | 'BLOCK' | null;
  /** Keys of lists; blocked by one of them. */
  readonly lists?: readonly string[] | null;
  /** Keys of campaigns, archived ones too. */
  readonly campaigns?: readonly string[] | null;
  readonly agent?: string | null;
  readonly dialingModes?: readonly DialingMode[] | null;
  readonly direction?: Direction | null;
  readonly channel?: Channel | null;
  /** One number, whole, as people write it. */
  readonly phone?: string | null;
  readonly at?: TimeRange | null;
}

/** A filter in the table's own terms. Null: whichever. */
export interface AttemptSelection extends Pick<AttemptFilter, 'decision' | 'direction' | 'channel' | 'at'> {
  readonly phones: readonly string[] | null;
  readonly listIds: readonly number[] | null;
  readonly campaignIds: readonly number[] | null;
  readonly agent: string | null;
  readonly modes: readonly DialingMode[] | null;
  /** Who made them: the viewer alone, for who may see no others. */
  readonly actorIds: readonly number[] | null;
}

export interface AttemptReading {
  readonly sql: Sql;
  readonly log: ChangeLog;
  settings(environmentId: number): Promise<{ readonly defaultCountry: string }>;
}

/**
 * What the viewer means, and may see: without attempt:see only what they did themselves.
 * @throws ForbiddenError; UserProblemError for an empty text, and for a list or campaign that there isn't
 */
export async function selectAttempts(
  { sql, log, settings }: AttemptReading,
  viewer: Viewer,
  filter: AttemptFilter,
): Promise<AttemptSelection> {
  requirePermission(viewer, 'attempt:see-own');
  assertNoBlank(filter);
  const { environmentId } = viewer;
  const { phone, lists, campaigns, agent, dialingModes, decision, direction, channel, at } = filter;
  return {
    decision,
    direction,
    channel,
    at,
    phones: phone ? keysOf(phone, (await settings(environmentId)).defaultCountry) : null,
    listIds: lists?.length ? await listIdsOf(sql, environmentId, lists, 'filterBy.lists') : null,
    campaignIds: campaigns?.length ? await campaignIdsOf(sql, environmentId, campaigns) : null,
    agent: storable(agent),
    modes: dialingModes?.length ? [...new Set(dialingModes)] : null,
    // Made known if it has done nothing yet: whoever follows their own attempts is there before the first.
    actorIds: viewer.can('attempt:see') ? null : [await log.actorId(environmentId, actorOf(viewer))],
  };
}

/** A text that is empty was a variable that was never set: it must not answer the attempts of everybody. */
function assertNoBlank(filter: AttemptFilter): void {
  for (const field of ['phone', 'agent'] as const) {
    if (typeof filter[field] !== 'string' || storable(filter[field]) !== null) continue;
    const message = `The condition ${field} is empty, so the filter would mean more attempts: give it a value, or leave it out.`;
    throw new UserProblemError(problem('INVALID_VALUE', `filterBy.${field}`, message));
  }
}

/** Attempts are kept under one of a number's keys; which one depends on the default country of then. */
function keysOf(phone: string, country: string): string[] {
  const { keys } = readNumber(phone, country);
  return [...new Set([...keys, phoneOf([], phone)])];
}

async function campaignIdsOf(sql: Sql, environmentId: number, keys: readonly string[]): Promise<number[]> {
  const ids = new Set<number>();
  for (const key of new Set(keys)) {
    const campaign = await findAnyCampaign(sql, environmentId, key);
    if (!campaign) {
      const message = 'There is no campaign with one of these keys: see the key of each campaign.';
      throw new UserProblemError(problem('NOT_FOUND', 'filterBy.campaigns', message));
    }
    ids.add(campaign.id);
  }
  return [...ids];
}
