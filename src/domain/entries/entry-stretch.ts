import { toPosition } from '../../changes/position.ts';
import type { Sql } from '../../db/database.ts';
import type { EntryConditions } from './entry-conditions.ts';
import type { SelectedEntry } from './entry-selection.ts';

/** A walk through all entries by id, a stretch at a time: each costs the same, however few of its entries fit. */
export interface EntryStretch {
  /** Behind this id. */
  readonly after: number;
  /** Up to this id. */
  readonly through: number;
}

/** The stretch of so many entries behind an id, none beyond `through`. */
export async function nextStretch(
  sql: Sql,
  environmentId: number,
  { after, through }: EntryStretch,
  entries: number,
): Promise<EntryStretch> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM entry WHERE environment_id = $1 AND id > $2 AND id <= $3 ORDER BY id OFFSET ${entries - 1} LIMIT 1`,
    [environmentId, after, through],
  );
  return { after, through: rows[0] ? toPosition(rows[0].id) : through };
}

/**
 * The first entries of the stretch that fit, in the order of their ids, as they are now: each with its version, so that it
 * is changed only while it fits. One that was added again since `addedBy` isn't the one that was meant.
 */
export async function fittingEntries(
  sql: Sql,
  conditions: EntryConditions,
  { after, through }: EntryStretch,
  { most, addedBy }: { readonly most: number; readonly addedBy: Date },
): Promise<(SelectedEntry & { readonly version: string })[]> {
  const values = [...conditions.values];
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  // OFFSET 0 keeps the filter out of there: another index must not look cheaper than the stretch of this one.
  const stretch = `SELECT *, xmin::text AS version FROM entry WHERE environment_id = $1
    AND id > ${bind(after, 'bigint')} AND id <= ${bind(through, 'bigint')} ORDER BY id OFFSET 0`;
  const { rows } = await sql.query<SelectedEntry & { version: string }>(
    `SELECT e.id, e.phone, e.list_id AS "listId", e.source, e.version FROM (${stretch}) e
      WHERE ${conditions.rowText} AND e.created_at <= ${bind(addedBy.toISOString(), 'timestamptz')} ORDER BY e.id LIMIT ${most}`,
    values,
  );
  return rows;
}
