import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntrySource } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import type { DayRange } from './day-range.ts';
import { type Asked, everyDay, groupingOf, seriesOf } from './series.ts';

const columns = { CAMPAIGN: 'campaign_id', SOURCE: 'source' } as const;
export type OptOutGroup = keyof typeof columns;

/** Requests to stop with one thing in common, day by day. What they weren't grouped by is null, and so is "no campaign". */
export interface OptOutSeries {
  readonly campaignId: number | null;
  readonly source: EntrySource | null;
  readonly count: number;
  /** Only when they were asked for. */
  days(): { readonly day: string; readonly count: number }[];
}

interface Row {
  readonly day: string | null;
  readonly campaign_id?: number;
  readonly source?: EntrySource;
  readonly count: number;
}

/** What contacts asked for on each day, each request once, from its counter. */
export async function optOutStatistics(
  sql: Sql,
  viewer: Viewer,
  range: DayRange,
  asked: Asked<OptOutGroup>,
): Promise<OptOutSeries[]> {
  requirePermission(viewer, 'statistics:see');
  const grouping = groupingOf(asked, columns);
  const { rows } = await sql.query<Row>(
    `SELECT ${grouping.select}, coalesce(sum(count), 0)::float8 AS count FROM opt_out_daily
      WHERE environment_id = $1 AND day BETWEEN $2::date AND $3::date ${grouping.groupBy} ${grouping.orderBy}`,
    [viewer.environmentId, range.from, range.to],
  );
  return seriesOf(rows, grouping, range, asked).map((each) => ({
    // 0 in the counter: of no campaign.
    campaignId: each[0]?.campaign_id || null,
    source: each[0]?.source ?? null,
    count: each.reduce((sum, { count }) => sum + count, 0),
    days: () => everyDay(range, each, (day, row) => ({ day, count: row?.count ?? 0 })),
  }));
}
