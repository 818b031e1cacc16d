import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { findCampaign } from '../campaigns/find-campaign.ts';
import { findDisposition } from '../dispositions/find-disposition.ts';
import { readsLikeStop } from '../dispositions/reads-like-stop.ts';
import type { Settings } from '../settings.ts';
import { addToDncFact, dispositionFact, ivrFact, type ListingFact, requestFact } from './call-facts.ts';
import type { CallReport } from './call-report.ts';
import { type CallWarning, callWarning } from './call-warnings.ts';
import { findRequests, type SpokenRequest } from './find-requests.ts';

/** One thing that a report tells, and the facts in it that list the number: of a transcript there may be several. */
export interface UnderstoodFact {
  readonly kind: ListingFact['kind'];
  readonly listing: readonly ListingFact[];
}

export interface UnderstoodCall {
  readonly campaign: CampaignRow | null;
  readonly facts: readonly UnderstoodFact[];
  /** What the transcript has, in its order. */
  readonly requests: readonly SpokenRequest[];
  readonly warnings: readonly CallWarning[];
}

/** So many different requests of one report are kept as facts, the certain ones first; who asks more often is listed long since. */
const MOST_REQUESTS = 20;

/** What a report tells of its call: by the campaign's rules where it has its own, else by the environment's. */
export async function understandCall(
  sql: Sql,
  environmentId: number,
  report: CallReport,
  settings: Pick<Settings, 'ivrOptOutKeys' | 'optOutDetection' | 'optOutPhrases'>,
): Promise<UnderstoodCall> {
  const { campaignKey, turns, disposition, ivrKey } = report;
  const campaign = campaignKey === null ? null : await findCampaign(sql, environmentId, campaignKey);
  const warnings: CallWarning[] = [];
  const asksCampaign = disposition !== null || ivrKey !== null || turns.length > 0;
  if (campaignKey !== null && !campaign) warnings.push(callWarning('UNKNOWN_CAMPAIGN'));
  else if (campaignKey === null && asksCampaign) warnings.push(callWarning('NO_CAMPAIGN'));
  if (report.untimedCount > 0) warnings.push(callWarning('UNREADABLE_TIME'));

  const facts: UnderstoodFact[] = [];
  if (report.addsToDnc) facts.push({ kind: 'ADD_TO_DNC', listing: [addToDncFact(report)] });
  if (disposition !== null) {
    const found = await findDisposition(sql, environmentId, disposition, campaign?.id ?? null);
    facts.push({ kind: 'DISPOSITION', listing: found?.addsToDnc ? [dispositionFact(report, found)] : [] });
    if (!found?.addsToDnc && readsLikeStop(disposition)) warnings.push(callWarning('DISPOSITION_ADDS_NOTHING'));
  }
  if (ivrKey !== null) {
    const keys = campaign?.ivrOptOutKeys ?? settings.ivrOptOutKeys;
    facts.push({ kind: 'IVR_KEY', listing: keys.includes(ivrKey) ? [ivrFact(report, ivrKey)] : [] });
    if (keys.length === 0) warnings.push(callWarning('NO_OPT_OUT_KEYS'));
  }
  let requests: SpokenRequest[] = [];
  if (turns.length > 0) {
    if (campaign?.optOutDetection ?? settings.optOutDetection)
      requests = await findRequests(turns, [...settings.optOutPhrases, ...(campaign?.phrases ?? [])]);
    else warnings.push(callWarning('DETECTION_OFF'));
    facts.push({ kind: 'TRANSCRIPT', listing: factsOf(requests) });
  }
  if (report.isKeptAsReceived && facts.some(({ listing }) => listing.length > 0))
    warnings.push(callWarning('KEPT_AS_RECEIVED'));
  return { campaign, facts, requests, warnings };
}

function factsOf(requests: readonly SpokenRequest[]): ListingFact[] {
  const facts = new Map<string, ListingFact>();
  for (const fact of requests.map(requestFact)) if (!facts.has(fact.value)) facts.set(fact.value, fact);
  const inOrder = [...facts.values()];
  const certain = inOrder.filter(({ status }) => status === 'APPROVED');
  return [...certain, ...inOrder.filter(({ status }) => status !== 'APPROVED')].slice(0, MOST_REQUESTS);
}
