import type { Sql } from '../../db/database.ts';
import type { Lists } from '../../suppression-index/block-mask.ts';
import type { Enforced } from '../../suppression-index/facts.ts';
import type { Verdict } from '../../suppression-index/verdict.ts';
import { type ListedThrough, verdictSentence } from '../../suppression-index/verdict-sentence.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { CheckAnswer, Contact } from './check-answer.ts';
import { entriesAt } from './entries-at.ts';
import { classOf, type NumberEntry } from './number-entry.ts';

/** Why a key is on a list: its enforced active entry there that was asked for first. */
export interface Listing {
  readonly listId: number;
  readonly entryId: string;
  /** When the person asked. */
  readonly since: Date;
  readonly reason: string | null;
  readonly source: ListedThrough;
}

/**
 * The listings of many keys in one query, by key and list; a key without any is absent. Read after the verdict, so an
 * entry that went meanwhile is absent too: the sentence then says less.
 */
export async function loadListings(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly Listing[]>> {
  const byKey = new Map<string, Listing[]>();
  if (keys.length === 0) return byKey;
  const { rows } = await sql.query<Listing & { phone: string }>(LISTINGS, [environmentId, [...new Set(keys)]]);
  for (const { phone, listId, entryId, since, reason, source } of rows) {
    const listing = { listId, entryId, since, reason, source };
    const known = byKey.get(phone);
    if (known) known.push(listing);
    else byKey.set(phone, [listing]);
  }
  return byKey;
}

/** The listings of one answer about the past, as they stood at its position (R3.4). */
export async function listingsAt(
  sql: Sql,
  answer: Pick<CheckAnswer, 'keys' | 'cursor' | 'settings'>,
): Promise<Listing[]> {
  if (!answer.cursor) return [];
  const { environmentId, position } = answer.cursor;
  const entries = await entriesAt(sql, environmentId, answer.keys, position);
  const first = new Map<number, NumberEntry>();
  for (const entry of entries) {
    const enforced: Enforced = classOf(entry);
    const earlier = first.get(entry.listId);
    if (enforced === 'SOFT' && !answer.settings.enforcePending) continue;
    if (!earlier || entry.requestedAt < earlier.requestedAt) first.set(entry.listId, entry);
  }
  const chosen = [...first.values()].sort((a, b) => a.listId - b.listId);
  const reasons = await textsOf(
    sql,
    environmentId,
    chosen.flatMap(({ reasonId }) => reasonId ?? []),
  );
  return chosen.map(({ listId, id, requestedAt, reasonId, source }) => ({
    listId,
    entryId: id,
    since: requestedAt,
    reason: reasons.get(reasonId ?? '') ?? null,
    source,
  }));
}

/** What a sentence is made from: the answer to one check, or one row of many. */
export interface Spoken extends Verdict, Contact {
  readonly number: { readonly ok: true } | { readonly ok: false; readonly problem: NumberProblem } | null;
  readonly lists: Lists;
}

/**
 * What an agent can read out (R3.2). `listings` are those of the answer's keys, of all of them, in any order;
 * `displayNumber` is the number as this viewer may see it, null when withheld.
 */
export function sentenceFor(answer: Spoken, listings: readonly Listing[], displayNumber: string | null): string {
  const { decision, reasons, direction, channel, lists, number } = answer;
  const named = [...listings]
    .sort((a, b) => a.since.getTime() - b.since.getTime())
    .flatMap((listing) => {
      const list = lists.get(listing.listId);
      return list ? [{ ...listing, listName: list.name }] : [];
    });
  const remedy = number && !number.ok ? number.problem.remedy : undefined;
  return verdictSentence({
    verdict: { decision, reasons },
    number: displayNumber,
    direction,
    channel,
    listings: named,
    remedy,
  });
}

async function textsOf(sql: Sql, environmentId: number, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; body: string | null }>(
    'SELECT id, body FROM text_value WHERE environment_id = $1 AND id = ANY ($2::bigint[])',
    [environmentId, ids],
  );
  return new Map(rows.flatMap(({ id, body }) => (body === null ? [] : [[id, body] as const])));
}

// A setting that can't be read counts as on, as parseSettings has it. LATERAL keeps each key on its index, OFFSET keeps
// the LATERAL; the first of each list is found for all keys at once, which takes a quarter of the time of one by one.
const LISTINGS = `
  SELECT DISTINCT ON (k.phone, e.list_id)
         k.phone, e.list_id AS "listId", e.id AS "entryId", e.requested_at AS since, t.body AS reason, e.source
    FROM unnest($2::text[]) AS k(phone)
   CROSS JOIN LATERAL (
     SELECT x.* FROM entry x
      WHERE x.environment_id = $1 AND x.phone = k.phone AND x.active
        AND (entry_class(x) = 'h'
             OR (SELECT settings -> 'enforcePending' FROM environment WHERE id = $1) IS DISTINCT FROM 'false'::jsonb)
     OFFSET 0) e
    LEFT JOIN text_value t ON t.environment_id = $1 AND t.id = e.reason_id
   ORDER BY k.phone, e.list_id, e.requested_at, e.id`;
