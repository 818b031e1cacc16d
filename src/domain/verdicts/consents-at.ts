import type { Sql } from '../../db/database.ts';
import { parseConsentFacts } from '../../suppression-index/consent-facts.ts';

/** What a number's consents to texts were good for as of a position, from the log (R3.4). */
export async function consentsAt(sql: Sql, environmentId: number, phone: string, position: number): Promise<number> {
  const { rows } = await sql.query<{ facts: string }>(CONSENTS_AT, [environmentId, phone, position]);
  return parseConsentFacts(rows[0]?.facts ?? '');
}

/** As `isInThread`, as of a position. */
export async function wasInThread(
  sql: Sql,
  environmentId: number,
  phone: string,
  businessNumber: string,
  position: number,
): Promise<boolean> {
  const { rows } = await sql.query(THREAD_AT, [environmentId, phone, position, businessNumber]);
  return rows.length > 0;
}

// A change's facts are its number's whole state, so the newest of all its consents' changes says everything. OFFSET 0 keeps
// the search on each consent's own changes, which are two at most; a consent's `before` is set by its end alone.
const NEWEST = `
  FROM consent k
 CROSS JOIN LATERAL (
   SELECT own.* FROM (SELECT position, facts, before FROM change WHERE environment_id = $1 AND consent_id = k.id OFFSET 0) own
    WHERE own.position <= $3 ORDER BY own.position DESC LIMIT 1) c
 WHERE k.environment_id = $1 AND k.phone = $2`;

const CONSENTS_AT = `SELECT c.facts ${NEWEST} ORDER BY c.position DESC LIMIT 1`;

const THREAD_AT = `
  SELECT 1 ${NEWEST} AND k.business_number = $4 AND k.level = 'IMPLIED' AND k.method = 'INBOUND_TEXT' AND c.before IS NULL LIMIT 1`;
