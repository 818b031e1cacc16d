import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { CAMPAIGN } from './find-campaign.ts';

export interface CampaignPageRequest {
  readonly isEnabled: boolean | null;
  /** Beyond this key in the direction of the walk; null: from the beginning. */
  readonly key: string | null;
  readonly backwards: boolean;
  readonly limit: number;
}

/** Campaigns by their keys, in the order of the walk. */
export async function campaignPage(
  sql: Sql,
  environmentId: number,
  { isEnabled, key, backwards, limit }: CampaignPageRequest,
): Promise<CampaignRow[]> {
  const [past, direction] = backwards ? ['<', 'DESC'] : ['>', 'ASC'];
  const { rows } = await sql.query<CampaignRow>(
    `${CAMPAIGN} AND ($2::boolean IS NULL OR enabled = $2) AND ($3::text IS NULL OR key ${past} $3) ORDER BY key ${direction} LIMIT $4::int`,
    [environmentId, isEnabled, key, limit],
  );
  return rows;
}
