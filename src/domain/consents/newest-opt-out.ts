import type { Sql } from '../../db/database.ts';

/**
 * When the person last asked for no more texts (R4.9): by message, as carried over, or as a reviewer confirmed it; a sentence
 * that waits for review ends nothing. Read under the environment's lock, which every opt-out takes before it ends consents:
 * one that isn't seen here yet ends the consent that is written now.
 */
export async function newestOptOut(sql: Sql, environmentId: number, phone: string): Promise<Date | null> {
  const { rows } = await sql.query<{ at: Date | null }>(
    'SELECT certain_at AS at FROM contact_word WHERE environment_id = $1::int AND phone = $2',
    [environmentId, phone],
  );
  return rows[0]?.at ?? null;
}
