import type { Sql } from '../../db/database.ts';
import { type OptOutFilter, optOutConditions } from './opt-out-filter.ts';

export interface OptOutPage {
  readonly ascending: boolean;
  readonly size: number;
  /** The time and the id of the row before the page. */
  readonly beyond: { readonly value: string; readonly id: string } | null;
}

/** Where a row stands: when they opted out, and the entry's id. */
export interface OptOutPlace {
  readonly value: string;
  readonly id: string;
}

/** The places of one page, in the order of the dates; ties are broken by id, so that the order is total. */
export async function optOutPage(
  sql: Sql,
  environmentId: number,
  filter: OptOutFilter | null | undefined,
  { ascending, size, beyond }: OptOutPage,
): Promise<OptOutPlace[]> {
  const end = ascending ? 'from' : 'to';
  const limit = filter?.optedOutAt?.[end] ?? null;
  // One bound where the walk begins, the nearer one: with two the index is entered at the further one and walked along.
  const isWithin = beyond !== null && (limit === null || ascending === new Date(beyond.value) >= limit);
  const rest = isWithin ? { ...filter, optedOutAt: { ...filter?.optedOutAt, [end]: null } } : filter;
  const { text, values } = optOutConditions(environmentId, rest);
  const direction = ascending ? 'ASC' : 'DESC';
  let where = text;
  if (isWithin) {
    const row = `($${values.push(beyond.value)}::timestamptz, $${values.push(beyond.id)}::bigint)`;
    where += ` AND (e.requested_at, e.id) ${ascending ? '>' : '<'} ${row}`;
  }
  const { rows } = await sql.query<{ value: Date; id: string }>(
    `SELECT e.requested_at AS value, e.id FROM entry e WHERE ${where} ORDER BY e.requested_at ${direction}, e.id ${direction} LIMIT ${size}`,
    values,
  );
  return rows.map(({ value, id }) => ({ value: value.toISOString(), id }));
}

/** Beyond this a count says "more" (P3.3). */
const COUNTED_TO = 100_000;

export async function optOutCount(
  sql: Sql,
  environmentId: number,
  filter: OptOutFilter | null | undefined,
): Promise<{ count: number; isExact: boolean }> {
  const { text, values } = optOutConditions(environmentId, filter);
  const { rows } = await sql.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT FROM entry e WHERE ${text} LIMIT ${COUNTED_TO + 1}) counted`,
    values,
  );
  const count = Number(rows[0]!.count);
  return { count: Math.min(count, COUNTED_TO), isExact: count <= COUNTED_TO };
}
