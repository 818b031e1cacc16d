import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { existingCampaign } from '../campaigns/find-campaign.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import {
  dispositionById,
  dispositionChange,
  dispositionOf,
  readDispositionName,
  type StoredDisposition,
} from './stored-disposition.ts';

export interface SaveDispositionInput extends ConfigInput {
  readonly name: string;
  readonly addsToDnc: boolean;
  /** The key of the campaign that it is for; absent: for all. */
  readonly campaign?: string | null;
}

export type SavedDisposition = Committed<{
  /** Null when this is a replay, and it was removed since. */
  readonly disposition: StoredDisposition | null;
  readonly outcome: 'ADDED' | 'CHANGED' | 'UNCHANGED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/** At most so many of one campaign, and of the environment. */
export const MAX_DISPOSITIONS = 200;

/**
 * Says what a call's outcome of this name does, from now on; whatever was reported before stays as it was taken (R4.8).
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function saveDisposition(
  viewer: Viewer,
  input: SaveDispositionInput,
  { log }: { log: ChangeLog },
): Promise<SavedDisposition> {
  requirePermission(viewer, 'campaign:manage');
  const { environmentId } = viewer;
  const { addsToDnc } = input;
  const name = readDispositionName(input.name);
  const campaign = input.campaign ?? null;
  const { result, ...recorded } = await recordOnce<Pick<SavedDisposition, 'disposition' | 'outcome'>>(log, viewer, {
    operation: 'saveDisposition',
    input,
    async work(sql) {
      const campaignId =
        campaign === null ? 0 : (await existingCampaign(sql, environmentId, campaign, 'input.campaign')).id;
      const before = await dispositionOf(sql, environmentId, campaignId, name);
      const id = before?.id ?? (await nextId(sql, environmentId, campaignId));
      const disposition = { id, name, addsToDnc, campaignId };
      const change = dispositionChange(campaign, before, disposition);
      const outcome = before === null ? 'ADDED' : change.before === change.after ? 'UNCHANGED' : 'CHANGED';
      if (outcome !== 'UNCHANGED') await upsert(sql, environmentId, disposition);
      return {
        result: { disposition, outcome },
        kept: [{ code: outcome, entryId: String(id) }],
        changes: outcome === 'UNCHANGED' ? [] : [change],
      };
    },
    async replay(sql, kept) {
      const { code, entryId } = kept[0]!;
      return {
        disposition: await dispositionById(sql, environmentId, Number(entryId)),
        outcome: code as SavedDisposition['outcome'],
      };
    },
  });
  return { ...result, ...recorded };
}

/** Ids are given in turn under the environment's lock. The log knows the last one: a removed disposition's isn't given again. */
async function nextId(sql: Sql, environmentId: number, campaignId: number): Promise<number> {
  const { rows } = await sql.query<{ count: number; last: number }>(LAST, [environmentId, campaignId]);
  const { count, last } = rows[0]!;
  if (count < MAX_DISPOSITIONS) return last + 1;
  const message = `A campaign takes at most ${MAX_DISPOSITIONS} dispositions of its own, and so does the environment: remove one first.`;
  throw new UserProblemError(problem('TOO_MANY', 'input.name', message));
}

const LAST = `
  SELECT (SELECT count(*)::int FROM disposition WHERE environment_id = $1::int AND campaign_id = $2::int) AS count,
         coalesce((SELECT (after::json ->> 'id')::int FROM change
                    WHERE environment_id = $1::int AND kind = 'DISPOSITION' AND before IS NULL ORDER BY position DESC LIMIT 1), 0) AS last`;

async function upsert(sql: Sql, environmentId: number, disposition: StoredDisposition): Promise<void> {
  const { id, name, addsToDnc, campaignId } = disposition;
  await sql.query(
    `INSERT INTO disposition (environment_id, id, campaign_id, name, adds_to_dnc) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (environment_id, id) DO UPDATE SET name = excluded.name, adds_to_dnc = excluded.adds_to_dnc`,
    [environmentId, id, campaignId, name, addsToDnc],
  );
}
