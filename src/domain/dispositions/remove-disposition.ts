import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import { existingCampaign } from '../campaigns/find-campaign.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { dispositionChange, dispositionOf, readDispositionName } from './stored-disposition.ts';

export interface RemoveDispositionInput extends ConfigInput {
  readonly name: string;
  /** The key of the campaign that it is for; absent: the environment's. */
  readonly campaign?: string | null;
}

export type RemovedDisposition = Committed<{ readonly position: number; readonly replayed: boolean }>;

/**
 * Forgets what an outcome of this name does: from now on it does nothing. It lifts no entry (R4.8).
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function removeDisposition(
  viewer: Viewer,
  input: RemoveDispositionInput,
  { log }: { log: ChangeLog },
): Promise<RemovedDisposition> {
  requirePermission(viewer, 'campaign:manage');
  const { environmentId } = viewer;
  const name = readDispositionName(input.name);
  const campaign = input.campaign ?? null;
  const { result: _nothing, ...recorded } = await recordOnce<null>(log, viewer, {
    operation: 'removeDisposition',
    input,
    async work(sql) {
      const campaignId =
        campaign === null ? 0 : (await existingCampaign(sql, environmentId, campaign, 'input.campaign')).id;
      const before = await dispositionOf(sql, environmentId, campaignId, name);
      if (!before)
        throw new UserProblemError(
          problem(
            'NOT_FOUND',
            'input.name',
            campaign === null
              ? 'The environment has no disposition of this name: see dispositions. One of a campaign is removed with its campaign named.'
              : 'This campaign has no disposition of its own with this name: see its dispositions.',
          ),
        );
      await sql.query('DELETE FROM disposition WHERE environment_id = $1 AND id = $2', [environmentId, before.id]);
      return {
        result: null,
        kept: [{ code: 'CHANGED', entryId: String(before.id) }],
        changes: [dispositionChange(campaign, before, null)],
      };
    },
    async replay() {
      return null;
    },
  });
  return recorded;
}
