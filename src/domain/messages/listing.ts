import type { EntryRow } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import type { Settings } from '../settings.ts';
import type { ReadMessage } from './read-inbound.ts';
import type { MessageUnderstanding } from './understand-message.ts';

const DNC = 1;
const DNT = 2;
const LONGEST_QUOTED = 40;

/**
 * What an opt-out puts on the lists: DNT, and DNC unless the environment wants otherwise; a sentence that speaks of calls
 * goes to DNC whatever it wants (R4.4). What is only likely waits for review, and blocks meanwhile.
 */
export function optOutRows(
  { sender, raw, businessNumber, body, receivedAt }: ReadMessage,
  understood: MessageUnderstanding,
  settings: Pick<Settings, 'stopBlocksCalls'>,
): EntryRow[] {
  if (sender.problem) return [];
  const isCertain = understood.certainty === 'HIGH';
  const blocksCalls = settings.stopBlocksCalls || understood.channels.includes('CALL');
  const row = {
    verb: 'ADD',
    phone: sender.key,
    source: optOutSource(understood),
    status: isCertain ? 'APPROVED' : 'PENDING',
    endUserOptedOut: isCertain,
    reason: reasonOf(understood),
    evidence: body,
    ...(receivedAt === null ? {} : { requestedAt: receivedAt }),
    ...(businessNumber === '' ? {} : { businessNumber }),
    ...(raw === null ? {} : { raw }),
  } as const;
  return [...(blocksCalls ? [DNC] : []), DNT].map((listId) => ({ ...row, listId }));
}

export function optOutSource({ via }: Pick<MessageUnderstanding, 'via'>): 'SMS_KEYWORD' | 'SMS_PHRASE' {
  return via === 'KEYWORD' ? 'SMS_KEYWORD' : 'SMS_PHRASE';
}

/** Everybody reads reasons, so that only keywords are repeated in one: a sentence of the contact's is evidence (R1.8). */
export function reasonOf({ via, certainty, decidedBy }: MessageUnderstanding): string {
  const [keyword] = decidedBy;
  if (via === 'KEYWORD') return keyword ? `Replied "${short(keyword.text)}"` : 'Opted out by a keyword of the carrier';
  return certainty === 'HIGH'
    ? 'Asked by text not to be contacted'
    : 'May have asked by text not to be contacted: please review';
}

/** A keyword with a row of exclamation marks, or said ten times, is told by its beginning. */
function short(text: string): string {
  return text.length <= LONGEST_QUOTED ? text : `${text.slice(0, LONGEST_QUOTED - 1).toWellFormed()}…`;
}

/** Every entry that the contact's START lifts, as a removal of it (R4.3): on DNC and DNT, whichever number it came by. */
export async function liftingRows(sql: Sql, environmentId: number, key: string): Promise<EntryRow[]> {
  const { rows } = await sql.query<{ id: string; list_id: number; source: EntryRow['source'] }>(OPT_OUTS, [
    environmentId,
    key,
  ]);
  return rows.map(({ id, list_id: listId, source }) => ({ verb: 'REMOVE', entryId: id, phone: key, listId, source }));
}

// In the order of the index that is to be used, whatever the statistics say.
const OPT_OUTS = `
  SELECT e.id, e.list_id, e.source
    FROM (SELECT * FROM entry WHERE environment_id = $1 AND phone = $2 ORDER BY phone, list_id, source OFFSET 0) e
   WHERE e.active AND e.end_user_opted_out AND e.list_id IN (1, 2)`;

/** The entries that stand for an opt-out which was taken: also when they were there before it. */
export async function entriesOfOptOut(
  sql: Sql,
  environmentId: number,
  key: string,
  source: EntryRow['source'],
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(STANDING, [environmentId, key, source]);
  return rows.map(({ id }) => id);
}

const STANDING = `
  SELECT e.id
    FROM (SELECT * FROM entry WHERE environment_id = $1 AND phone = $2 ORDER BY phone, list_id, source OFFSET 0) e
   WHERE e.active AND e.source = $3::entry_source AND e.list_id IN (1, 2) ORDER BY e.list_id`;

/** A list that blocks texts. */
export interface BlockingList {
  readonly id: number;
  readonly key: string;
}

/** The lists that block texts to this key now, by id: account-wide, so campaigns don't narrow it. */
export async function textsBlockedBy(sql: Sql, environmentId: number, key: string): Promise<BlockingList[]> {
  return (await sql.query<BlockingList>(BLOCKING, [environmentId, key])).rows;
}

// A setting that can't be read counts as on, as parseSettings has it. 2 is the bit of outbound texts.
const BLOCKING = `
  SELECT l.id, l.key
    FROM (SELECT x.list_id, x.active, entry_class(x) AS class FROM entry x
           WHERE x.environment_id = $1 AND x.phone = $2 ORDER BY x.phone, x.list_id, x.source OFFSET 0) e
    JOIN list l ON l.environment_id = $1 AND l.id = e.list_id
   WHERE e.active AND l.enabled AND l.blocks & 2 <> 0
     AND (e.class = 'h' OR (SELECT settings -> 'enforcePending' FROM environment WHERE id = $1) IS DISTINCT FROM 'false'::jsonb)
   GROUP BY l.id, l.key ORDER BY l.id`;
