import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';

/** All campaigns that there ever were up to a place in the log, archived ones too: lists name them by id. */
export type CampaignsById = ReadonlyMap<number, CampaignRow>;

/** The campaigns as of a position: of each, its last change up to there is the whole of it. */
export async function campaignsAt(sql: Sql, environmentId: number, position: number): Promise<CampaignsById> {
  const { rows } = await sql.query<{ after: string }>(CAMPAIGNS_AT, [environmentId, position]);
  const campaigns = rows.map(({ after }) => parseCampaign(after));
  return new Map(campaigns.map((campaign) => [campaign.id, campaign]));
}

/** A campaign as a change of kind CAMPAIGN states it, whole. */
export function parseCampaign(json: string): CampaignRow {
  return JSON.parse(json) as CampaignRow;
}

const CAMPAIGNS_AT = `
  SELECT after FROM change WHERE environment_id = $1 AND kind = 'CAMPAIGN' AND position <= $2 AND after IS NOT NULL
   ORDER BY position`;
