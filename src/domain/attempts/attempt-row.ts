import { toPosition } from '../../changes/position.ts';
import type { AttemptRow } from './attempt.ts';

/** What is to be selected of `attempt a` for an `AttemptRow`. */
export const ATTEMPT = `a.environment_id AS "environmentId", a.position, a.id, a.at, a.phone, a.direction, a.channel,
  a.dialing_mode AS "dialingMode", a.campaign_id AS "campaignId", a.message_type AS "messageType", a.decision, a.reasons,
  a.list_ids AS "listIds", a.grant_used AS "grantUsed", a.actor_id AS "actorId", a.agent`;

/** As the driver gives it: int8 is a text. */
export type AttemptRecord = Omit<AttemptRow, 'position'> & { readonly position: string };

export function attemptRow(record: AttemptRecord): AttemptRow {
  return { ...record, position: toPosition(record.position) };
}
