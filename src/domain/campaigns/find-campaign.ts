import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';

/** The campaign with this key; null when there is none, or it is archived. */
export async function findCampaign(sql: Sql, environmentId: number, key: string): Promise<CampaignRow | null> {
  const { rows } = await sql.query<CampaignRow>(FIND_CAMPAIGN, [environmentId, key]);
  return rows[0] ?? null;
}

const FIND_CAMPAIGN = `
  SELECT id, key, name, opt_out_detection AS "optOutDetection", phrases, ivr_opt_out_keys AS "ivrOptOutKeys", enabled
    FROM campaign WHERE environment_id = $1 AND key = $2 AND enabled`;
