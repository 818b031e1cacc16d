import type { Sql } from '../../db/database.ts';
import type { Channel } from '../../suppression-index/block-mask.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { readNumber } from '../verdicts/read-number.ts';
import type { MessageType } from './consent.ts';

/** Which consents: all that is given must hold. */
export interface ConsentFilter {
  readonly phone?: string | null;
  readonly isActive?: boolean | null;
  readonly channel?: Channel | null;
  readonly purpose?: MessageType | null;
}

export interface ConsentPage {
  readonly size: number;
  /** Oldest first, towards the newest. */
  readonly backwards: boolean;
  /** When the consent before the page was given, and its id. */
  readonly beyond: { readonly value: string; readonly id: string } | null;
}

/** Where a consent stands in the order: newest first, by when it was given. */
export interface ConsentPlace {
  readonly value: string;
  readonly id: string;
}

/**
 * The places of one page, in reading order. Of one number by the index of numbers; else along the index of dates, where
 * conditions are met on the way under the statement's time limit (P3.3).
 * @throws UserProblemError for a number that can't be one
 */
export async function consentPage(
  sql: Sql,
  environmentId: number,
  filter: ConsentFilter,
  page: ConsentPage,
  defaultCountry: string,
): Promise<ConsentPlace[]> {
  const values: unknown[] = [environmentId];
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const direction = page.backwards ? 'ASC' : 'DESC';
  const { phone, isActive, channel, purpose } = filter;
  const source =
    typeof phone === 'string'
      ? `(SELECT * FROM consent WHERE environment_id = $1::int AND phone = ANY (${bind(keysOf(phone, defaultCountry), 'text[]')})
           ORDER BY phone, id OFFSET 0)`
      : 'consent';
  const conditions = [
    'c.environment_id = $1::int',
    typeof isActive === 'boolean' ? `c.ended_at IS ${isActive ? '' : 'NOT '}NULL` : null,
    channel ? `c.channel = ${bind(channel, 'text')}` : null,
    purpose ? `c.purpose = ${bind(purpose, 'text')}` : null,
    page.beyond
      ? `(c.given_at, c.id) ${page.backwards ? '>' : '<'} (${bind(page.beyond.value, 'timestamptz')}, ${bind(page.beyond.id, 'bigint')})`
      : null,
  ].filter((condition) => condition !== null);
  const { rows } = await sql.query<{ value: Date; id: string }>(
    `SELECT c.given_at AS value, c.id FROM ${source} c WHERE ${conditions.join(' AND ')}
      ORDER BY c.given_at ${direction}, c.id ${direction} LIMIT ${page.size}`,
    values,
  );
  return rows.map(({ value, id }) => ({ value: value.toISOString(), id }));
}

function keysOf(phone: string, defaultCountry: string): readonly string[] {
  const { keys, number } = readNumber(phone, defaultCountry);
  if (keys.length > 0) return keys;
  const said = number?.ok === false ? `${number.problem.message} ${number.problem.remedy}` : 'This is not a number.';
  throw new UserProblemError(problem('INVALID_VALUE', 'phone', said));
}
