import { problem, UserProblemError } from '../user-problem.ts';
import type { DayRange } from './day-range.ts';

/** Points of all series of one field together, at most: 50 series of 400 days. */
const MAX_POINTS = 20_000;

/** What is asked of a counter. */
export interface Asked<Group> {
  /** What series are told apart by; nothing: one series of all. */
  readonly groupBy: readonly Group[] | null | undefined;
  /** Whether the days of the series are asked for: a sum of all days is a row, and its days are hundreds. */
  readonly byDay: boolean;
}

/** A row of a counter, summed: what its columns are called is what it was grouped by. */
export interface CounterRow {
  /** `YYYY-MM-DD`; null for what belongs to no day, or to all. */
  readonly day: string | null;
}

/** How rows of a counter are summed, as parts of SQL. */
export interface Grouping {
  readonly columns: readonly string[];
  /** The columns and `day`, for SELECT. */
  readonly select: string;
  /** GROUP BY and what follows; series come in the order of their columns. */
  readonly groupBy: string;
  readonly orderBy: string;
}

export function groupingOf<Group extends string>(
  { groupBy, byDay }: Asked<Group>,
  columnOf: Readonly<Record<Group, string>>,
): Grouping {
  const columns = (Object.keys(columnOf) as Group[])
    .filter((group) => groupBy?.includes(group))
    .map((group) => columnOf[group]);
  const keys = byDay ? [...columns, 'day'] : columns;
  return {
    columns,
    select: [...columns, byDay ? 'day::text AS day' : 'NULL::text AS day'].join(', '),
    groupBy: keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : 'GROUP BY ()',
    // No more than what is refused: a point has at most two rows.
    orderBy: keys.length > 0 ? `ORDER BY ${keys.join(', ')} LIMIT ${2 * MAX_POINTS + 1}` : '',
  };
}

/**
 * The rows of each series, in the order of the rows. Grouped by nothing there is always one series.
 * @throws UserProblemError when there are too many to be shown
 */
export function seriesOf<Row extends CounterRow>(
  rows: readonly Row[],
  { columns }: Grouping,
  { days }: DayRange,
  { byDay }: Pick<Asked<unknown>, 'byDay'>,
): Row[][] {
  const series = new Map<string, Row[]>(columns.length === 0 ? [['[]', []]] : []);
  for (const row of rows) {
    const key = JSON.stringify(columns.map((column) => row[column as keyof Row]));
    const there = series.get(key);
    if (there) there.push(row);
    else series.set(key, [row]);
  }
  const points = series.size * (byDay ? days.length : 1);
  if (points > MAX_POINTS || rows.length > 2 * MAX_POINTS) {
    const message = `This has more than ${MAX_POINTS} points, one for each series and day: group by less, ask for a shorter range, or leave \`days\` out.`;
    throw new UserProblemError(problem('TOO_MANY', 'groupBy', message));
  }
  return [...series.values()];
}

/** One point for each day of the range, oldest first: charts need the days without a row too. */
export function everyDay<Row extends CounterRow, Point>(
  { days }: DayRange,
  rows: readonly Row[],
  point: (day: string, row: Row | undefined) => Point,
): Point[] {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  return days.map((day) => point(day, byDay.get(day)));
}
