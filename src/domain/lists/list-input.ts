import type { Sql } from '../../db/database.ts';
import { blockBit, type Channel, type Direction } from '../../suppression-index/block-mask.ts';
import { campaignsByKey, noSuchCampaign } from '../campaigns/find-campaign.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** A kind of contact that a list blocks. */
export interface BlockInput {
  readonly direction: Direction;
  readonly channel: Channel;
}

/** How long the description of a list may be, in characters. */
const MAX_DESCRIPTION = 500;
/** Not what could be a phone number: errors name keys, and nobody sees a number in an error. */
const KEY = /^(?!.*\d{7})[A-Z0-9_]{2,40}$/;

/** @throws UserProblemError */
export function readListKey(key: string, path: string): string {
  if (KEY.test(key)) return key;
  const message =
    'The key of a list has 2 to 40 characters, A-Z, 0-9 and _, and is no phone number: for example NO_WEEKENDS.';
  throw new UserProblemError(problem('INVALID_VALUE', path, message));
}

/** @throws UserProblemError */
export function readDescription(text: string, path: string): string {
  const description = storable(text) ?? '';
  if (description.length <= MAX_DESCRIPTION) return description;
  const message = `This description has ${description.length} characters and may have ${MAX_DESCRIPTION}: shorten it.`;
  throw new UserProblemError(problem('TOO_LONG', path, message));
}

/** What a list blocks, as the sum of `blockBit`s. */
export function readBlocks(blocks: readonly BlockInput[], path: string): number {
  const sum = blocks.reduce((mask, { direction, channel }) => mask | blockBit(direction, channel), 0);
  if (sum !== 0) return sum;
  const message = 'A list blocks something: name at least one kind of contact, such as OUTBOUND and CALL.';
  throw new UserProblemError(problem('REQUIRED', path, message));
}

/**
 * The ids of the campaigns with these keys, ascending, each once. One that is archived may stay attached, but not be newly
 * so: a list that counts for it alone would count for no campaign at all.
 * @throws UserProblemError
 */
export async function readCampaigns(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
  attached: readonly number[],
): Promise<number[]> {
  const ids = new Set<number>();
  const campaigns = await campaignsByKey(sql, environmentId, keys);
  for (const [n, key] of keys.entries()) {
    const campaign = campaigns.get(key);
    const path = `input.campaigns.${n}`;
    if (!campaign) throw new UserProblemError(noSuchCampaign(path));
    if (!campaign.enabled && !attached.includes(campaign.id)) {
      const message = 'This campaign is archived: take it into use again with updateCampaign first, or leave it out.';
      throw new UserProblemError(problem('REFUSED', path, message));
    }
    ids.add(campaign.id);
  }
  return [...ids].sort((a, b) => a - b);
}

/** At most so many campaigns at one list. */
const MAX_ATTACHED = 1_000;

/** @throws UserProblemError */
export function assertAttachable(keys: readonly string[]): void {
  if (keys.length <= MAX_ATTACHED) return;
  const message = `A list takes at most ${MAX_ATTACHED} campaigns, and ${keys.length} were named: name none to have it count for all.`;
  throw new UserProblemError(problem('TOO_MANY', 'input.campaigns', message));
}
