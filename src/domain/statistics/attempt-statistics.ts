import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import type { Channel, Direction } from '../../suppression-index/block-mask.ts';
import type { DayRange } from './day-range.ts';
import { type Asked, everyDay, groupingOf, seriesOf } from './series.ts';

const columns = { LIST: 'list_id', CAMPAIGN: 'campaign_id', CHANNEL: 'channel', DIRECTION: 'direction' } as const;
export type AttemptGroup = keyof typeof columns;

/** How many attempts there were, by their verdict. */
export interface AttemptCounts {
  readonly allowedCount: number;
  readonly blockedCount: number;
}

/** Attempts with one thing in common, day by day. What they weren't grouped by is null, and so is "no campaign". */
export interface AttemptSeries extends AttemptCounts {
  readonly listId: number | null;
  readonly campaignId: number | null;
  readonly channel: Channel | null;
  readonly direction: Direction | null;
  /** Only when they were asked for. */
  days(): (AttemptCounts & { readonly day: string })[];
}

interface Row extends AttemptCounts {
  readonly day: string | null;
  readonly list_id?: number;
  readonly campaign_id?: number;
  readonly channel?: Channel;
  readonly direction?: Direction;
}

/**
 * What the gate was asked on each day, from its counter. That has a row without a list for every attempt, and one more for
 * each list that blocked it: by list an attempt that two lists blocked is counted for both, and allowed ones for none.
 */
export async function attemptStatistics(
  sql: Sql,
  viewer: Viewer,
  range: DayRange,
  asked: Asked<AttemptGroup>,
): Promise<AttemptSeries[]> {
  requirePermission(viewer, 'statistics:see');
  const grouping = groupingOf(asked, columns);
  const { rows } = await sql.query<Row>(
    `SELECT ${grouping.select}, coalesce(sum(count) FILTER (WHERE decision = 'ALLOW'), 0)::float8 AS "allowedCount",
            coalesce(sum(count) FILTER (WHERE decision = 'BLOCK'), 0)::float8 AS "blockedCount"
       FROM attempt_daily
      WHERE environment_id = $1 AND day BETWEEN $2::date AND $3::date AND list_id ${grouping.columns.includes('list_id') ? '>' : '='} 0
      ${grouping.groupBy} ${grouping.orderBy}`,
    [viewer.environmentId, range.from, range.to],
  );
  return seriesOf(rows, grouping, range, asked).map((each) => ({
    listId: each[0]?.list_id ?? null,
    campaignId: each[0]?.campaign_id || null,
    channel: each[0]?.channel ?? null,
    direction: each[0]?.direction ?? null,
    allowedCount: each.reduce((sum, { allowedCount }) => sum + allowedCount, 0),
    blockedCount: each.reduce((sum, { blockedCount }) => sum + blockedCount, 0),
    days: () =>
      everyDay(range, each, (day, row) => ({
        day,
        allowedCount: row?.allowedCount ?? 0,
        blockedCount: row?.blockedCount ?? 0,
      })),
  }));
}
