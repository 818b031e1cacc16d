import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import type { EntryConditions } from '../entries/entry-conditions.ts';

/** A place in the order of an export: the unique key of an entry (R1.1). */
export interface EntryKey {
  readonly phone: string;
  readonly listId: number;
  readonly source: EntrySource;
}

/** An entry's own row; its texts, list and creator are named by their ids. */
export interface EntryRecord extends EntryKey {
  readonly id: string;
  readonly raw: string | null;
  readonly status: EntryStatus;
  readonly endUserOptedOut: boolean;
  readonly reasonId: string | null;
  readonly evidenceId: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
  readonly businessNumber: string | null;
  readonly campaignId: number | null;
  readonly createdById: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * The key so many rows further on, or null when there are fewer: a stretch of the index that costs the same wherever it
 * lies and whatever is asked of its rows. A filter that fits one entry in a million must not make a page that never comes.
 * Like the next one to be run `inIndexOrder`.
 */
export async function keyFurtherOn(
  sql: Sql,
  environmentId: number,
  after: EntryKey | null,
  rows: number,
): Promise<EntryKey | null> {
  const values: unknown[] = [environmentId];
  const found = await sql.query<EntryKey>(
    `SELECT phone, list_id AS "listId", source FROM entry WHERE environment_id = $1 AND ${KEY} > ${bound(after ?? FIRST, values)}
      ORDER BY phone, list_id, source OFFSET ${rows - 1} LIMIT 1`,
    values,
  );
  return found.rows[0] ?? null;
}

/** The entries that fit, behind one key up to another (null: to the end), in the order of the key. */
export async function entriesBetween(
  sql: Sql,
  conditions: EntryConditions,
  after: EntryKey | null,
  until: EntryKey | null,
): Promise<EntryRecord[]> {
  const values = [...conditions.values];
  const within = [
    'environment_id = $1',
    `${KEY} > ${bound(after ?? FIRST, values)}`,
    ...(until ? [`${KEY} <= ${bound(until, values)}`] : []),
  ].join(' AND ');
  // OFFSET 0 keeps the filter out of there: another index must not look cheaper than the stretch of this one.
  const { rows } = await sql.query<EntryRecord>(
    `SELECT ${COLUMNS} FROM (SELECT * FROM entry WHERE ${within} ORDER BY phone, list_id, source OFFSET 0) e
      WHERE ${conditions.rowText} ORDER BY e.phone, e.list_id, e.source`,
    values,
  );
  return rows;
}

/** All that fit, when they are at most so many: found by whichever index knows them. Null when they are more. */
export async function fewEntries(sql: Sql, conditions: EntryConditions, most: number): Promise<EntryRecord[] | null> {
  const { rows } = await sql.query<EntryRecord>(
    `SELECT ${COLUMNS} FROM (SELECT * FROM entry e WHERE ${conditions.text} LIMIT ${most + 1}) e
      ORDER BY e.phone, e.list_id, e.source`,
    conditions.values,
  );
  return rows.length > most ? null : rows;
}

const KEY = '(phone, list_id, source)';

/** Before every entry. */
const FIRST: EntryKey = { phone: '', listId: 0, source: 'MANUAL' };

function bound({ phone, listId, source }: EntryKey, values: unknown[]): string {
  return `($${values.push(phone)}::text, $${values.push(listId)}::integer, $${values.push(source)}::entry_source)`;
}

const COLUMNS = `e.id, e.phone, e.raw, e.list_id AS "listId", e.source, e.status, e.end_user_opted_out AS "endUserOptedOut",
  e.reason_id AS "reasonId", e.evidence_id AS "evidenceId", e.requested_at AS "requestedAt", e.expires_at AS "expiresAt",
  e.external_reference AS "externalReference", e.business_number AS "businessNumber", e.campaign_id AS "campaignId", e.created_by_id AS "createdById",
  e.created_at AS "createdAt", e.updated_at AS "updatedAt"`;
