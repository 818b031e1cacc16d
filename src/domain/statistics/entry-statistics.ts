import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import type { DayRange } from './day-range.ts';
import { type Asked, everyDay, groupingOf, seriesOf } from './series.ts';

const columns = { LIST: 'list_id', STATUS: 'status', SOURCE: 'source' } as const;
export type EntryGroup = keyof typeof columns;

/** Active entries with one thing in common, day by day. What they weren't grouped by is null. */
export interface EntrySeries {
  readonly listId: number | null;
  readonly status: EntryStatus | null;
  readonly source: EntrySource | null;
  /** At the end of the range: now, when that is today. */
  readonly count: number;
  /** Only when they were asked for. */
  days(): EntryDay[];
}

export interface EntryDay {
  readonly day: string;
  /** At the end of the day, in UTC. */
  readonly count: number;
  /** How many more than at its beginning. */
  readonly change: number;
}

interface Row {
  readonly day: string | null;
  readonly list_id?: number;
  readonly status?: EntryStatus;
  readonly source?: EntrySource;
  readonly value: number;
}

/**
 * How many entries are active, over the days. The counters know what there is now and what each day changed: going back
 * from now reads the days since the range's first, however old the list is. One statement, so that both are of one moment.
 */
export async function entryStatistics(
  sql: Sql,
  viewer: Viewer,
  range: DayRange,
  asked: Asked<EntryGroup>,
): Promise<EntrySeries[]> {
  requirePermission(viewer, 'statistics:see');
  const grouping = groupingOf(asked, columns);
  // Without a day: what there is at the end of the range. A combination without an entry on any of the days is no series.
  const [value, having] = asked.byDay
    ? ['sum(value)', '']
    : [AT_THE_END, `HAVING ${AT_THE_END} <> 0 OR bool_or(value <> 0) FILTER (WHERE day IS NOT NULL)`];
  const { rows } = await sql.query<Row>(
    `SELECT ${grouping.select}, ${value}::float8 AS value FROM (
       SELECT list_id, status, source, NULL::date AS day, count AS value FROM entry_count WHERE environment_id = $1
       UNION ALL
       SELECT list_id, status, source, CASE WHEN day <= $3::date THEN day END, CASE WHEN day <= $3::date THEN delta ELSE -delta END
         FROM entry_daily WHERE environment_id = $1 AND day >= $2::date
     ) counted ${grouping.groupBy} ${having} ${grouping.orderBy}`,
    [viewer.environmentId, range.from, range.to],
  );
  return seriesOf(rows, grouping, range, asked)
    .filter((series) => !asked.byDay || grouping.columns.length === 0 || series.some((row) => row.value !== 0))
    .map((series) => seriesFrom(series, range));
}

const AT_THE_END = 'coalesce(sum(value) FILTER (WHERE day IS NULL), 0)';

function seriesFrom(rows: readonly Row[], range: DayRange): EntrySeries {
  const [first] = rows;
  const count = rows.find(({ day }) => day === null)?.value ?? 0;
  return {
    listId: first?.list_id ?? null,
    status: first?.status ?? null,
    source: first?.source ?? null,
    count,
    days() {
      let level = count;
      return everyDay(range, rows, (day, row) => ({ day, change: row?.value ?? 0 }))
        .reverse()
        .map(({ day, change }) => {
          const atItsEnd = level;
          level -= change;
          return { day, count: atItsEnd, change };
        })
        .reverse();
    },
  };
}
