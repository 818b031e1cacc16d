import type { Sql } from '../../db/database.ts';

/**
 * When the person last asked for no more texts (R4.9): by message, or as carried over or confirmed by a reviewer. Read
 * under the environment's lock, which every opt-out takes before it ends consents: one that isn't seen here yet ends the
 * consent that is written now.
 */
export async function newestOptOut(sql: Sql, environmentId: number, phone: string): Promise<Date | null> {
  const { rows } = await sql.query<{ at: Date | null }>(NEWEST_OPT_OUT, [environmentId, phone]);
  return rows[0]!.at;
}

// A sentence of medium certainty ends nothing before somebody has confirmed it: then its entry says so.
const NEWEST_OPT_OUT = `
  SELECT greatest(
    (SELECT m.received_at FROM message m
      WHERE m.environment_id = $1::int AND m.phone = $2 AND m.meaning = 'OPT_OUT' AND m.certainty = 'HIGH'
      ORDER BY m.received_at DESC, m.id DESC LIMIT 1),
    (SELECT max(e.requested_at) FROM (SELECT * FROM entry e
      WHERE e.environment_id = $1::int AND e.phone = $2 ORDER BY e.list_id, e.source OFFSET 0) e WHERE e.end_user_opted_out)) AS at`;
