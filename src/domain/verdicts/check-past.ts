import type { Sql } from '../../db/database.ts';
import { type Asking, answerFor, type CheckAnswer, type Contact } from './check-answer.ts';
import { knownFacts } from './known-facts.ts';
import { momentAt } from './moment.ts';
import { readNumber } from './read-number.ts';

export interface PastInput extends Contact {
  readonly phone: string | null;
  readonly at: Date;
}

/**
 * What the answer was at a moment, from the log, with the lists, settings and default country that held then (R3.4).
 * Needs no index, so it is never stale or warming.
 * @throws UserProblemError IN_THE_FUTURE, INVALID_VALUE
 */
export async function checkAt(
  sql: Sql,
  viewer: Asking,
  { phone, at, direction, channel }: PastInput,
): Promise<CheckAnswer> {
  const { environmentId } = viewer;
  const { cursor, lists, settings } = await momentAt(sql, environmentId, at);
  const read = readNumber(phone, settings.defaultCountry);
  const facts = await factsAtPosition(sql, environmentId, read.keys, cursor.position);
  const source = knownFacts(facts, lists, settings);
  return answerFor(read, { direction, channel }, { source, stale: false, cursor, lists, settings, at });
}

/** The facts of keys as of a position; a key that no change has named by then is absent. */
export async function factsAtPosition(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
  position: number,
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql.query<{ key: string; facts: string }>(FACTS_AT, [environmentId, keys, position]);
  return new Map(rows.map(({ key, facts }) => [key, facts]));
}

// A change's facts are its number's whole state, so the newest of all its entries' changes says everything.
const FACTS_AT = `
  SELECT k.key, newest.facts
    FROM unnest($2::text[]) AS k(key)
   CROSS JOIN LATERAL (
     SELECT c.position, c.facts FROM entry e
      CROSS JOIN LATERAL (SELECT position, facts FROM change
                           WHERE environment_id = $1 AND entry_id = e.id AND position <= $3 ORDER BY position DESC LIMIT 1) c
      WHERE e.environment_id = $1 AND e.phone = k.key
      ORDER BY c.position DESC LIMIT 1) newest`;
