import type { Sql } from '../../db/database.ts';
import { type AskedContact, type Asking, answerFor, type CheckAnswer, type Standing } from './check-answer.ts';
import { assertFittingType } from './consent-standing.ts';
import { consentsAt, wasInThread } from './consents-at.ts';
import { knownFacts } from './known-facts.ts';
import { momentAt } from './moment.ts';
import { type ReadNumber, readNumber } from './read-number.ts';
import { businessNumberKey } from './thread-consent.ts';

export interface PastInput extends AskedContact {
  readonly phone: string | null;
  readonly at: Date;
}

/**
 * What the answer was at a moment, from the log, with the lists, campaigns, consents, settings and default country that
 * held then (R3.4).
 * Needs no index, so it is never stale or warming.
 * @throws UserProblemError IN_THE_FUTURE, INVALID_VALUE
 */
export async function checkAt(sql: Sql, viewer: Asking, input: PastInput): Promise<CheckAnswer> {
  assertFittingType(input, 'messageType');
  const { environmentId } = viewer;
  const { cursor, lists, campaigns, settings, at } = await momentAt(sql, environmentId, input.at);
  const { position } = cursor;
  const read = readNumber(input.phone, settings.defaultCountry);
  const facts = await factsAtPosition(sql, environmentId, read.keys, position);
  const source = knownFacts(facts, lists, settings);
  const consent = await consentAt(sql, environmentId, read, input, { position, country: settings.defaultCountry });
  return answerFor(read, input, { source, stale: false, cursor, lists, campaigns, settings, at, ...consent });
}

/** What was on file then, as far as it is asked about. */
async function consentAt(
  sql: Sql,
  environmentId: number,
  { number }: ReadNumber,
  { messageType, businessNumber }: PastInput,
  { position, country }: { position: number; country: string },
): Promise<Pick<Standing, 'consents' | 'inThread'>> {
  if (!messageType || !number?.ok) return { consents: { consents: () => 0 } };
  const { e164 } = number;
  const mask = await consentsAt(sql, environmentId, e164, position);
  const consents = { consents: () => mask };
  if (businessNumber == null) return { consents };
  const ours = businessNumberKey(businessNumber, country);
  return { consents, inThread: await wasInThread(sql, environmentId, e164, ours, position) };
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
