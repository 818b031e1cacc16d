import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { campaignChange } from './campaign-change.ts';
import { existingCampaign } from './find-campaign.ts';
import { readIvrKeys, readPhrases } from './opt-out-input.ts';

/** What is absent stays as it is; null too, but for `ivrOptOutKeys`. */
export interface UpdateCampaignInput extends ConfigInput {
  /** Its key, which never changes. */
  readonly campaign: string;
  readonly name?: string | null;
  readonly optOutDetection?: boolean | null;
  readonly phrases?: readonly string[] | null;
  /** Null: the environment's from now on. */
  readonly ivrOptOutKeys?: readonly string[] | null;
  /** False archives it: whoever names it is answered as for an unknown campaign. */
  readonly isEnabled?: boolean | null;
}

export type UpdatedCampaign = Committed<{
  readonly campaignId: number;
  readonly outcome: 'CHANGED' | 'UNCHANGED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Alters a campaign. It lifts no entry, and archiving it unblocks nobody: for an unknown campaign every list counts (R3.1).
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function updateCampaign(
  viewer: Viewer,
  input: UpdateCampaignInput,
  { log }: { log: ChangeLog },
): Promise<UpdatedCampaign> {
  requirePermission(viewer, 'campaign:manage');
  const { environmentId } = viewer;
  const given = readPatch(input);
  const { result, ...recorded } = await recordOnce<Pick<UpdatedCampaign, 'campaignId' | 'outcome'>>(log, viewer, {
    operation: 'updateCampaign',
    input,
    async work(sql) {
      const before = await existingCampaign(sql, environmentId, input.campaign, 'input.campaign');
      const after = { ...before, ...given };
      const change = campaignChange(before, after);
      const outcome = change.before === change.after ? 'UNCHANGED' : 'CHANGED';
      if (outcome === 'CHANGED') await update(sql, environmentId, after);
      return {
        result: { campaignId: after.id, outcome },
        kept: [{ code: outcome, entryId: String(after.id) }],
        changes: outcome === 'CHANGED' ? [change] : [],
      };
    },
    async replay(_sql, kept) {
      return { campaignId: Number(kept[0]!.entryId), outcome: kept[0]!.code as UpdatedCampaign['outcome'] };
    },
  });
  return { ...result, ...recorded };
}

function readPatch(input: UpdateCampaignInput): Partial<CampaignRow> {
  const { name, optOutDetection, phrases, ivrOptOutKeys, isEnabled } = input;
  return {
    ...(typeof name === 'string' && { name: readName(name, 'input.name') }),
    ...(typeof optOutDetection === 'boolean' && { optOutDetection }),
    ...(phrases && { phrases: readPhrases(phrases, 'input.phrases') }),
    ...(ivrOptOutKeys !== undefined && {
      ivrOptOutKeys: ivrOptOutKeys && readIvrKeys(ivrOptOutKeys, 'input.ivrOptOutKeys'),
    }),
    ...(typeof isEnabled === 'boolean' && { enabled: isEnabled }),
  };
}

async function update(sql: Sql, environmentId: number, campaign: CampaignRow): Promise<void> {
  const { id, name, optOutDetection, phrases, ivrOptOutKeys, enabled } = campaign;
  await sql.query(
    `UPDATE campaign SET name = $3, opt_out_detection = $4, phrases = $5::text[], ivr_opt_out_keys = $6::text[], enabled = $7
      WHERE environment_id = $1 AND id = $2`,
    [environmentId, id, name, optOutDetection, phrases, ivrOptOutKeys, enabled],
  );
}
