import type { ConfigChange } from '../../changes/change-log.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';

/** The change of a campaign: before and after are the whole of it, because the log alone must tell how it was (R3.4). */
export function campaignChange(before: CampaignRow | null, after: CampaignRow): ConfigChange {
  return { kind: 'CAMPAIGN', before: before && wholeOf(before), after: wholeOf(after) };
}

function wholeOf({ id, key, name, optOutDetection, phrases, ivrOptOutKeys, enabled }: CampaignRow): string {
  return JSON.stringify({ id, key, name, optOutDetection, phrases, ivrOptOutKeys, enabled });
}
