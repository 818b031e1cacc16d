import type { Sql } from '../../db/database.ts';
import type { EntryConditions } from './entry-conditions.ts';

/** Which page of the entries, in which order; ties are broken by id. */
export interface EntryPage {
  readonly order: 'CREATED_AT' | 'NUMBER';
  readonly ascending: boolean;
  readonly size: number;
  /** The sorted value and the id of the row before the page. */
  readonly beyond: { readonly value: string; readonly id: string } | null;
}

/** A row of a page: where it stands in the order. */
export interface EntryPlace {
  readonly value: string;
  readonly id: string;
}

const columns = { CREATED_AT: 'created_at', NUMBER: 'phone' } as const;
const types = { CREATED_AT: 'timestamptz', NUMBER: 'text' } as const;

/**
 * The places of one page. Page 10,000 costs what page 1 costs (P3.3): the page's key is compared as a row, which an index
 * is entered by, and ties (an upload of 10,000 has one date) are not walked through.
 */
export async function entryPage(sql: Sql, conditions: EntryConditions, page: EntryPage): Promise<EntryPlace[]> {
  const column = columns[page.order];
  const values = [...conditions.values];
  const direction = page.ascending ? 'ASC' : 'DESC';
  let where = conditions.text;
  if (page.beyond) {
    const value = `$${values.push(page.beyond.value)}::${types[page.order]}`;
    const id = `$${values.push(page.beyond.id)}::bigint`;
    where += ` AND (e.${column}, e.id) ${page.ascending ? '>' : '<'} (${value}, ${id})`;
  }
  const rows = `SELECT e.${column} AS value, e.id FROM entry e WHERE ${where}`;
  const order = `ORDER BY 1 ${direction}, 2 ${direction} LIMIT ${page.size}`;
  const isByList =
    page.order === 'CREATED_AT' && !conditions.hasOwnIndex && (conditions.listIds ?? conditions.statuses);
  const text = isByList
    ? `SELECT page.* FROM ${partsOf(conditions, values)}
        CROSS JOIN LATERAL (${rows} AND e.list_id = part_list.id AND e.status = part_status.status ${order}) page ${order}`
    : `${rows} ${order}`;
  const found = await sql.query<{ value: string | Date; id: string }>(text, values);
  return found.rows.map(({ value, id }) => ({ value: value instanceof Date ? value.toISOString() : value, id }));
}

/** Each list and status is a piece of one index in the order of the dates; a page takes the first of all pieces. */
function partsOf({ listIds, statuses }: EntryConditions, values: unknown[]): string {
  const lists = listIds
    ? `unnest($${values.push(listIds)}::integer[]) AS part_list(id)`
    : '(SELECT id FROM list WHERE environment_id = $1) AS part_list';
  const wanted = statuses ?? ['PENDING', 'APPROVED', 'PERMANENT'];
  return `${lists} CROSS JOIN unnest($${values.push(wanted)}::entry_status[]) AS part_status(status)`;
}
