import type { Sql } from '../../db/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptSelection } from './attempt-filter.ts';
import { AttemptQuery } from './attempt-query.ts';
import { ATTEMPT, type AttemptRecord, attemptRow } from './attempt-row.ts';

export interface AttemptPage {
  readonly size: number;
  /** Oldest first, towards the newest. */
  readonly backwards: boolean;
  /** When the attempt before the page was made, and its position. */
  readonly beyond: { readonly value: string; readonly id: string } | null;
}

/** Beyond this a count says "more" (P3.3). */
const COUNTED_TO = 100_000;

/** One page, in reading order: newest first. Page 10,000 costs what page 1 costs (P3.3): an index is entered at its key. */
export async function attemptPage(
  sql: Sql,
  environmentId: number,
  selection: AttemptSelection,
  page: AttemptPage,
): Promise<AttemptRow[]> {
  const query = new AttemptQuery(environmentId, selection);
  const { beyond } = page;
  const direction = page.backwards ? 'ASC' : 'DESC';
  const place = beyond && `(${query.bind(beyond.value, 'timestamptz')}, ${query.bind(beyond.id, 'bigint')})`;
  const within = (of: string) => (place ? `AND (${of}.at, ${of}.position) ${page.backwards ? '>' : '<'} ${place}` : '');
  const order = (of: string) => `ORDER BY ${of}.at ${direction}, ${of}.position ${direction} LIMIT ${page.size}`;
  // On two of the lists that were asked for, it is in two pieces.
  const { rows } = await sql.query<AttemptRecord>(
    `SELECT DISTINCT ON (p.at, p.position) p.* FROM (${query.pieces(ATTEMPT, within, order)}) p ${order('p')}`,
    query.values,
  );
  return rows.map(attemptRow);
}

/** How many fit: all of an environment's at once, else counted to 100,000 (P3.3). */
export async function attemptCount(
  sql: Sql,
  environmentId: number,
  selection: AttemptSelection,
): Promise<{ count: number; isExact: boolean }> {
  const query = new AttemptQuery(environmentId, selection);
  // None is ever taken away, so the last position is their number.
  if (query.isEverything) return { count: (await attemptHead(sql, environmentId)).head, isExact: true };
  const limit = `LIMIT ${COUNTED_TO + 1}`;
  const pieces = query.pieces(
    'a.position',
    () => '',
    () => limit,
  );
  const counted = query.hasDoubles
    ? `SELECT count(DISTINCT c.position) FROM (${pieces}) c`
    : `SELECT count(*) FROM (SELECT * FROM (${pieces}) p ${limit}) c`;
  const { rows } = await sql.query<{ count: string }>(counted, query.values);
  const count = Number(rows[0]!.count);
  return { count: Math.min(count, COUNTED_TO), isExact: count <= COUNTED_TO };
}

/** The position of the last attempt, 0 before the first; and how many could not be kept. */
export async function attemptHead(sql: Sql, environmentId: number): Promise<{ head: number; lost: number }> {
  const { rows } = await sql.query<{ head: string; lost: string }>(
    'SELECT head, lost FROM attempt_head WHERE environment_id = $1',
    [environmentId],
  );
  const { head = '0', lost = '0' } = rows[0] ?? {};
  return { head: Number(head), lost: Number(lost) };
}
