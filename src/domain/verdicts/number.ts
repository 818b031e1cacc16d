import { UnknownEnvironmentError } from '../../changes/change-feed.ts';
import { cursorAt } from '../../changes/change-stream.ts';
import { toPosition } from '../../changes/position.ts';
import type { Sql } from '../../db/database.ts';
import { builtInLists, type ListRow } from '../../suppression-index/block-mask.ts';
import type { ParsedNumber } from '../numbers/phone-number.ts';
import { defaultSettings, parseSettings } from '../settings.ts';
import { type Asking, answerFor, type CheckAnswer, type Contact } from './check-answer.ts';
import { entriesAt } from './entries-at.ts';
import { knownFacts } from './known-facts.ts';
import { type Moment, momentAt } from './moment.ts';
import { factsOf, type NumberEntry } from './number-entry.ts';
import { type ReadNumber, readNumber } from './read-number.ts';

/** Everything about one number at one place in the log. */
export interface NumberView extends Pick<CheckAnswer, 'keys' | 'lists' | 'settings' | 'at'> {
  /** The key that stands for it: E.164, or else the first that an entry could be stored under; null when none could. */
  readonly key: string | null;
  readonly number: ParsedNumber;
  /** Its active entries, over all keys, by id. */
  readonly entries: readonly NumberEntry[];
  /** The verdict for each direction and channel, over all lists, in the order of `contacts`. */
  readonly verdicts: readonly CheckAnswer[];
  readonly cursor: NonNullable<CheckAnswer['cursor']>;
}

export const contacts: readonly Contact[] = [
  { direction: 'OUTBOUND', channel: 'CALL' },
  { direction: 'OUTBOUND', channel: 'SMS' },
  { direction: 'INBOUND', channel: 'CALL' },
  { direction: 'INBOUND', channel: 'SMS' },
];

/**
 * A number now, or at a moment in the past (R3.4). Read from the database in one statement, not from the index: entries,
 * verdicts and cursor can't disagree, on a stale node neither.
 * @throws UserProblemError IN_THE_FUTURE, INVALID_VALUE
 */
export async function numberView(sql: Sql, viewer: Asking, phone: string, at?: Date | null): Promise<NumberView> {
  const { environmentId } = viewer;
  if (!at) return numberNow(sql, environmentId, phone);
  const moment = await momentAt(sql, environmentId, at);
  const read = readNumber(phone, moment.settings.defaultCountry);
  return view(read, await entriesAt(sql, environmentId, read.keys, moment.cursor.position), moment);
}

/** The ids of all entries that the keys ever had, removed ones too: their changes are the number's history. */
export async function entryIdsOf(sql: Sql, environmentId: number, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM entry WHERE environment_id = $1 AND phone = ANY ($2::text[]) ORDER BY id',
    [environmentId, keys],
  );
  return rows.map(({ id }) => id);
}

async function numberNow(sql: Sql, environmentId: number, phone: string): Promise<NumberView> {
  // The country decides how the text is read, and comes with the answer: asked once more when it isn't the usual one.
  let country = defaultSettings.defaultCountry;
  for (;;) {
    const read = readNumber(phone, country);
    const { rows } = await sql.query<NowRow>(NUMBER_NOW, [environmentId, read.keys]);
    const first = rows[0];
    if (!first) throw new UnknownEnvironmentError(`environment ${environmentId} is not in the database`);
    const settings = parseSettings(first.settings);
    if (settings.defaultCountry !== country) {
      country = settings.defaultCountry;
      continue;
    }
    const cursor = cursorAt({ environmentId, epoch: first.epoch }, toPosition(first.head), first.head_hash);
    const lists = new Map([...builtInLists, ...first.lists].map((list) => [list.id, list]));
    return view(read, rows.flatMap(entryOf), { cursor, lists, settings, at: null });
  }
}

function view(
  read: ReadNumber,
  entries: readonly NumberEntry[],
  moment: Omit<Moment, 'at' | 'campaigns'> & { at: Date | null },
): NumberView {
  const { cursor, lists, settings, at } = moment;
  const source = knownFacts(factsOf(entries), lists, settings);
  // Of no campaign and without a message type: neither is looked for.
  const standing = { source, stale: false, cursor, lists, settings, at, campaigns: null, consents: null };
  const verdicts = contacts.map((contact) => answerFor(read, contact, standing));
  return {
    key: read.keys[0] ?? null,
    keys: read.keys,
    number: read.number!,
    entries,
    verdicts,
    cursor,
    lists,
    settings,
    at,
  };
}

function entryOf(row: NowRow): NumberEntry[] {
  if (row.id === null) return [];
  const { id, phone, source, status, raw } = row;
  return [
    {
      id,
      phone,
      listId: row.list_id,
      source,
      status,
      endUserOptedOut: row.end_user_opted_out,
      raw,
      reasonId: row.reason_id,
      evidenceId: row.evidence_id,
      requestedAt: row.requested_at,
      expiresAt: row.expires_at,
      externalReference: row.external_reference,
      businessNumber: row.business_number,
      createdById: row.created_by_id,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    },
  ];
}

interface NowRow {
  readonly head: string;
  readonly head_hash: Buffer;
  readonly epoch: string;
  readonly settings: unknown;
  readonly lists: readonly ListRow[];
  /** Null, like the columns below, when the number has no active entry. */
  readonly id: string | null;
  readonly phone: string;
  readonly list_id: number;
  readonly source: NumberEntry['source'];
  readonly status: NumberEntry['status'];
  readonly end_user_opted_out: boolean;
  readonly raw: string | null;
  readonly reason_id: string | null;
  readonly evidence_id: string | null;
  readonly requested_at: Date;
  readonly expires_at: Date | null;
  readonly external_reference: string | null;
  readonly business_number: string | null;
  readonly created_by_id: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

// One statement, one snapshot (P2.3): the head moves in the transaction of its rows.
const NUMBER_NOW = `
  SELECT v.head, v.head_hash, v.epoch, v.settings, l.lists, e.id, e.phone, e.list_id, e.source, e.status, e.end_user_opted_out, e.raw,
         e.reason_id, e.evidence_id, e.requested_at, e.expires_at, e.external_reference, e.business_number, e.created_by_id, e.created_at, e.updated_at
    FROM environment v
   CROSS JOIN LATERAL (
     SELECT coalesce(json_agg(json_build_object('id', id, 'key', key, 'name', name, 'blocks', blocks, 'enabled', enabled, 'campaigns', campaigns)), '[]') AS lists
       FROM list WHERE environment_id = v.id) l
    LEFT JOIN entry e ON e.environment_id = v.id AND e.phone = ANY ($2::text[]) AND e.active
   WHERE v.id = $1 ORDER BY e.id`;
