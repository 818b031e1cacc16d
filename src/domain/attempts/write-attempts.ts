import { toPosition } from '../../changes/position.ts';
import type { Database } from '../../db/database.ts';
import type { NewAttempt } from './attempt.ts';

/** An attempt whose actor has an id. */
export type WritableAttempt = Omit<NewAttempt, 'actor'> & { readonly actorId: number };

/**
 * Writes attempts of one environment, at positions without gaps in the order of the commits: under the lock of its head,
 * as in the log (invariant 3). One that is there already is left out, so a batch may be written again after any failure.
 * Adds `lost` to the count of those that could not be kept. Answers the head.
 */
export function writeAttempts(
  database: Database,
  environmentId: number,
  attempts: readonly WritableAttempt[],
  lost: number,
): Promise<number> {
  const rows = JSON.stringify(attempts);
  return database.transaction(async (sql) => {
    // A statement of its own: what was committed while it waited is seen by the next.
    await sql.query(LOCK, [environmentId]);
    const written = await sql.query<{ head: string }>(WRITE, [environmentId, rows, lost]);
    return toPosition(written.rows[0]!.head);
  });
}

const LOCK = `
  INSERT INTO attempt_head (environment_id) VALUES ($1::int)
  ON CONFLICT (environment_id) DO UPDATE SET head = attempt_head.head`;

// The look-up by id stands in the SELECT list's place, so that each is one step of the index, whatever the statistics say.
const WRITE = `
  WITH fresh AS MATERIALIZED (
    SELECT g.*, (SELECT head FROM attempt_head WHERE environment_id = $1::int) + row_number() OVER (ORDER BY g.n) AS position
      FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (
             "id" uuid, "at" timestamptz, "phone" text, "direction" text, "channel" text, "dialingMode" text, "campaignId" int,
             "messageType" text, "decision" text, "reasons" text[], "listIds" int[], "grantUsed" boolean, "actorId" int, "agent" text))
           WITH ORDINALITY AS g(id, at, phone, direction, channel, dialing_mode, campaign_id, message_type, decision, reasons, list_ids,
                                grant_used, actor_id, agent, n)
     WHERE (SELECT true FROM attempt a WHERE a.environment_id = $1::int AND a.id = g.id LIMIT 1) IS NULL),
  written AS (
    INSERT INTO attempt (environment_id, position, id, at, phone, direction, channel, dialing_mode, campaign_id, message_type,
                         decision, reasons, list_ids, grant_used, actor_id, agent)
    SELECT $1::int, position, id, at, phone, direction, channel, dialing_mode, campaign_id, message_type,
           decision, reasons, list_ids, grant_used, actor_id, agent FROM fresh ORDER BY position),
  listed AS (
    INSERT INTO attempt_list (environment_id, list_id, at, position)
    SELECT $1::int, l.id, f.at, f.position FROM fresh f, unnest(f.list_ids) AS l(id) WHERE f.decision = 'BLOCK'),
  counted AS (
    INSERT INTO attempt_daily AS d (environment_id, day, campaign_id, list_id, direction, channel, decision, count)
    SELECT $1::int, (f.at AT TIME ZONE 'UTC')::date, coalesce(f.campaign_id, 0), l.id, f.direction, f.channel, f.decision, count(*)
      FROM fresh f, unnest(CASE f.decision WHEN 'BLOCK' THEN 0 || f.list_ids ELSE '{0}' END) AS l(id)
     GROUP BY 2, 3, 4, 5, 6, 7
    ON CONFLICT (environment_id, day, campaign_id, list_id, direction, channel, decision)
    DO UPDATE SET count = d.count + excluded.count)
  UPDATE attempt_head SET head = head + (SELECT count(*) FROM fresh), lost = lost + $3::bigint
   WHERE environment_id = $1::int RETURNING head`;
