import type { Sql } from '../../db/database.ts';
import { daysAfter } from '../messages/federal-holidays.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** Longest range, in days: a year and what one compares it with. */
export const MAX_DAYS = 400;
/** How many days are shown unless a range is asked. */
export const DEFAULT_DAYS = 30;

/** Days from the first through the last, `YYYY-MM-DD`, in UTC like the counters. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
  readonly days: readonly string[];
}

/**
 * The days that are asked for. Days to come are left out: nothing was counted yet. Today is the database's, whose clock
 * the counters go by.
 * @throws UserProblemError when the range ends before it begins, begins after today, or is too long
 */
export async function readDayRange(sql: Sql, asked: { from?: string | null; to?: string | null }): Promise<DayRange> {
  const { rows } = await sql.query<{ today: string }>(
    "SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date::text AS today",
  );
  const { today } = rows[0]!;
  const to = asked.to && asked.to < today ? asked.to : today;
  const from = asked.from ?? daysAfter(to, 1 - DEFAULT_DAYS);
  if (asked.to && from > asked.to) throw refused('`from` is after `to`: the first day comes first.');
  if (from > to) throw refused(`The range begins after today, ${today} (UTC): nothing was counted yet.`);
  const days = dayCount(from, to);
  if (days > MAX_DAYS) throw refused(`A range has at most ${MAX_DAYS} days, and ${days} were asked for.`);
  return { from, to, days: Array.from({ length: days }, (_, n) => daysAfter(from, n)) };
}

/** How many days there are from one through the other. */
export function dayCount(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}

function refused(message: string): UserProblemError {
  return new UserProblemError(problem('INVALID_VALUE', 'from', message));
}
