import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';

/** The caller's own id of a campaign: dialers have theirs. */
export const CAMPAIGN_KEY = /^[A-Za-z0-9._:-]{1,64}$/;

/** The campaign with this key; null when there is none, or it is archived. */
export async function findCampaign(sql: Sql, environmentId: number, key: string): Promise<CampaignRow | null> {
  const campaign = await findAnyCampaign(sql, environmentId, key);
  return campaign?.enabled ? campaign : null;
}

/** The campaign with this key, archived or not; null when there is none. */
export async function findAnyCampaign(sql: Sql, environmentId: number, key: string): Promise<CampaignRow | null> {
  if (!CAMPAIGN_KEY.test(key)) return null;
  const { rows } = await sql.query<CampaignRow>(`${CAMPAIGN} AND key = $2`, [environmentId, key]);
  return rows[0] ?? null;
}

/**
 * The same, for an input that can't do without it. The error never repeats the key: it could be a phone number.
 * @throws UserProblemError NOT_FOUND
 */
export async function existingCampaign(
  sql: Sql,
  environmentId: number,
  key: string,
  path: string,
): Promise<CampaignRow> {
  const campaign = await findAnyCampaign(sql, environmentId, key);
  if (campaign) return campaign;
  throw new UserProblemError(noSuchCampaign(path));
}

export function noSuchCampaign(path: string): UserProblem {
  const message = 'This environment has no campaign with this key: see campaigns, or make it with createCampaign.';
  return problem('NOT_FOUND', path, message);
}

/** Campaigns by their keys, archived ones too. */
export async function campaignsByKey(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, CampaignRow>> {
  const { rows } = await sql.query<CampaignRow>(`${CAMPAIGN} AND key = ANY ($2::text[])`, [
    environmentId,
    keys.filter((key) => CAMPAIGN_KEY.test(key)),
  ]);
  return new Map(rows.map((campaign) => [campaign.key, campaign]));
}

/** Campaigns by their ids, archived ones too; those that there are, in no order. */
export async function loadCampaigns(sql: Sql, environmentId: number, ids: readonly number[]): Promise<CampaignRow[]> {
  const { rows } = await sql.query<CampaignRow>(`${CAMPAIGN} AND id = ANY ($2::int[])`, [environmentId, ids]);
  return rows;
}

/** What is to be selected of a campaign's row for a `CampaignRow`. */
export const CAMPAIGN = `
  SELECT id, key, name, opt_out_detection AS "optOutDetection", phrases, ivr_opt_out_keys AS "ivrOptOutKeys", enabled
    FROM campaign WHERE environment_id = $1`;
