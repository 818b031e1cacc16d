import type { Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** How far a caller's clock may be ahead of the database's, in ms. */
const CLOCK_SKEW_MS = 60_000;

/**
 * A time that isn't later than now, by the database's clock; now without one. A little ahead counts as now.
 * @throws UserProblemError IN_THE_FUTURE
 */
export async function pastTime(sql: Sql, time: Date | null, field: string): Promise<Date> {
  const { rows } = await sql.query<{ now: Date }>("SELECT date_trunc('milliseconds', clock_timestamp()) AS now");
  const { now } = rows[0]!;
  if (time === null) return now;
  if (time.getTime() > now.getTime() + CLOCK_SKEW_MS)
    throw new UserProblemError(
      problem('IN_THE_FUTURE', `input.${field}`, `${field} lies in the future: give the time at which it happened.`),
    );
  return time < now ? time : now;
}
