import type { Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { StoredList } from './custom-list.ts';

/** What a change takes from a list's effect; null when it takes nothing. */
export function weakening(before: StoredList, after: StoredList): 'NARROWED' | 'DETACHED' | 'ARCHIVED' | null {
  if (before.enabled && !after.enabled) return 'ARCHIVED';
  if ((before.blocks & ~after.blocks) !== 0) return 'NARROWED';
  const isForAll = after.campaigns.length === 0;
  const wasForAll = before.campaigns.length === 0;
  if (isForAll) return null;
  return wasForAll || before.campaigns.some((id) => !after.campaigns.includes(id)) ? 'DETACHED' : null;
}

const CODES = { NARROWED: 'narrowed', DETACHED: 'detached from a campaign', ARCHIVED: 'archived' } as const;
const FIELDS = { NARROWED: 'blocks', DETACHED: 'campaigns', ARCHIVED: 'isEnabled' } as const;

/**
 * Refuses to weaken a list that holds what nobody may lift: permanent entries, and what people asked for themselves (R5.5).
 * To be called under the environment's lock: entries are committed under it, so that none can come in between.
 * @throws UserProblemError
 */
export async function assertNothingHolds(
  sql: Sql,
  environmentId: number,
  list: StoredList,
  weakens: 'NARROWED' | 'DETACHED' | 'ARCHIVED',
): Promise<void> {
  const { rows } = await sql.query<{ permanent: string; opted_out: string }>(HOLDING, [environmentId, list.id]);
  const permanent = Number(rows[0]!.permanent);
  const optedOut = Number(rows[0]!.opted_out);
  if (permanent + optedOut === 0) return;
  const held = [
    ...(permanent > 0 ? [`${counted(permanent, 'permanent entry', 'permanent entries')}, which nobody can lift`] : []),
    ...(optedOut > 0
      ? [`${counted(optedOut, 'opt-out', 'opt-outs')} of people by text, which only they themselves can lift`]
      : []),
  ];
  const message = `The list ${list.key} holds ${held.join(', and ')}: it can't be ${CODES[weakens]}. It may block more, or count for more campaigns; for what shall block less make another list.`;
  throw new UserProblemError(problem('REFUSED', `input.${FIELDS[weakens]}`, message));
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

// The counters tell of permanent entries without reading one; opt-outs outside of DNC and DNT have an index of their own,
// which is empty as a rule (`list_id > 3` names it).
const HOLDING = `
  SELECT (SELECT coalesce(sum(count), 0) FROM entry_count WHERE environment_id = $1::int AND list_id = $2::int AND status = 'PERMANENT') AS permanent,
         (SELECT count(*) FROM entry WHERE environment_id = $1::int AND list_id = $2::int AND active AND end_user_opted_out AND list_id > 3) AS opted_out`;
