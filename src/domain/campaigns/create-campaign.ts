import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { campaignChange } from './campaign-change.ts';
import { CAMPAIGN_KEY, findAnyCampaign } from './find-campaign.ts';
import { readIvrKeys, readPhrases } from './opt-out-input.ts';

export interface CreateCampaignInput extends ConfigInput {
  /** The caller's own id of it. */
  readonly key: string;
  readonly name: string;
  readonly optOutDetection?: boolean | null;
  readonly phrases?: readonly string[] | null;
  /** Absent or null: the environment's. */
  readonly ivrOptOutKeys?: readonly string[] | null;
}

export type CreatedCampaign = Committed<{
  readonly campaignId: number;
  readonly position: number;
  readonly replayed: boolean;
}>;

/** At most so many in an environment: its index holds them all in memory. */
export const MAX_CAMPAIGNS = 1_000;

/**
 * Makes a campaign. Until lists are attached to some campaigns, each obeys every list.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function createCampaign(
  viewer: Viewer,
  input: CreateCampaignInput,
  { log }: { log: ChangeLog },
): Promise<CreatedCampaign> {
  requirePermission(viewer, 'campaign:manage');
  const { environmentId } = viewer;
  const given = {
    key: readKey(input.key),
    name: readName(input.name, 'input.name'),
    optOutDetection: input.optOutDetection ?? true,
    phrases: readPhrases(input.phrases ?? [], 'input.phrases'),
    ivrOptOutKeys: input.ivrOptOutKeys ? readIvrKeys(input.ivrOptOutKeys, 'input.ivrOptOutKeys') : null,
  };
  const { result, ...recorded } = await recordOnce<Pick<CreatedCampaign, 'campaignId'>>(log, viewer, {
    operation: 'createCampaign',
    input,
    async work(sql) {
      const campaign = { ...given, id: await nextId(sql, environmentId, given.key), enabled: true };
      await insert(sql, environmentId, campaign);
      return {
        result: { campaignId: campaign.id },
        kept: [{ code: 'ADDED', entryId: String(campaign.id) }],
        changes: [campaignChange(null, campaign)],
      };
    },
    async replay(_sql, kept) {
      return { campaignId: Number(kept[0]!.entryId) };
    },
  });
  return { ...result, ...recorded };
}

function readKey(key: string): string {
  if (CAMPAIGN_KEY.test(key)) return key;
  const message =
    'The key of a campaign has 1 to 64 letters, digits and . _ - : as in spring-2026. Take the id that your dialer has for it.';
  throw new UserProblemError(problem('INVALID_VALUE', 'input.key', message));
}

/** Ids are given in turn under the environment's lock; no campaign is ever deleted, so none is given twice. */
async function nextId(sql: Sql, environmentId: number, key: string): Promise<number> {
  if (await findAnyCampaign(sql, environmentId, key))
    throw new UserProblemError(
      problem(
        'ALREADY_EXISTS',
        'input.key',
        'This environment has a campaign with this key: choose another, or change that one with updateCampaign.',
      ),
    );
  const { rows } = await sql.query<{ count: number; last: number }>(
    'SELECT count(*)::int AS count, coalesce(max(id), 0) AS last FROM campaign WHERE environment_id = $1',
    [environmentId],
  );
  const { count, last } = rows[0]!;
  if (count < MAX_CAMPAIGNS) return last + 1;
  const message = `An environment takes at most ${MAX_CAMPAIGNS} campaigns, archived ones too: use one of them again.`;
  throw new UserProblemError(problem('TOO_MANY', 'input.key', message));
}

async function insert(sql: Sql, environmentId: number, campaign: CampaignRow): Promise<void> {
  const { id, key, name, optOutDetection, phrases, ivrOptOutKeys } = campaign;
  await sql.query(
    `INSERT INTO campaign (environment_id, id, key, name, opt_out_detection, phrases, ivr_opt_out_keys)
     VALUES ($1, $2, $3, $4, $5, $6::text[], $7::text[])`,
    [environmentId, id, key, name, optOutDetection, phrases, ivrOptOutKeys],
  );
}
