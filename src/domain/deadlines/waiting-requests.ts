import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import { blockBit } from '../../suppression-index/block-mask.ts';
import { type DeadlineBounds, type DeadlineState, spanOf } from './deadline-bounds.ts';

/** Beyond this a count says "more" (P3.3). */
const COUNTED_TO = 100_000;

export interface WaitingPage {
  readonly state: DeadlineState | null | undefined;
  readonly size: number;
  /** The latest first, towards the oldest. */
  readonly backwards: boolean;
  /** When the request before the page was made, and its entry's id. */
  readonly beyond: { readonly value: string; readonly id: string } | null;
}

/** Where a request stands in the order: the oldest, which is due first, comes first. */
export interface WaitingPlace {
  readonly value: string;
  readonly id: string;
}

/** The places of one page of what waits for review on lists that block outbound contacts, whatever way it came. */
export async function waitingPage(
  sql: Sql,
  viewer: Viewer,
  bounds: DeadlineBounds,
  { state, size, backwards, beyond }: WaitingPage,
): Promise<WaitingPlace[]> {
  requirePermission(viewer, 'entry:read');
  const { from, to } = spanOf(state, bounds);
  const [start, end] = backwards ? [to, from] : [from, to];
  // Before the first of its instant, so that one comparison of places serves the state's end and a page's alike.
  const ofState = { value: start?.toISOString() ?? (backwards ? 'infinity' : '-infinity'), id: '-1' };
  const isWithin = beyond && (!start || (backwards ? new Date(beyond.value) < start : new Date(beyond.value) >= start));
  const place = isWithin ? beyond : ofState;
  const { rows } = await sql.query<{ value: Date; id: string }>(
    `SELECT requested_at AS value, id
       FROM waiting_requests($1::int, ${OUTBOUND_LISTS}, $2::timestamptz, $3::bigint, $4::timestamptz, $5::boolean, $6::int)`,
    [
      viewer.environmentId,
      place.value,
      place.id,
      end?.toISOString() ?? (backwards ? '-infinity' : 'infinity'),
      backwards,
      size,
    ],
  );
  return rows.map(({ value, id }) => ({ value: value.toISOString(), id }));
}

/** How many requests there are of each state. */
export interface WaitingTotals {
  /** At most 100,000 of OVERDUE and DUE_SOON, and of WAITING when one of those has more. */
  readonly counts: Readonly<Record<DeadlineState, number>>;
  /** False when there are more of a state than were counted. */
  readonly isExact: boolean;
}

/**
 * What is overdue and due soon is counted. What waits longer is most of it, as after an import for review: it is the rest of
 * what the counters of the write transaction know, of the same moment.
 */
export async function waitingTotals(sql: Sql, viewer: Viewer, bounds: DeadlineBounds): Promise<WaitingTotals> {
  requirePermission(viewer, 'entry:read');
  const { environmentId } = viewer;
  const { overdueBefore, dueSoonBefore } = bounds;
  const { rows } = await sql.query<{ all: number; overdue: number; dueSoon: number }>(
    `SELECT (SELECT coalesce(sum(count), 0) FROM entry_count
              WHERE environment_id = $1::int AND status = 'PENDING' AND list_id = ANY (${OUTBOUND_LISTS}))::float8 AS "all",
            ${count("'-infinity'", '$2')} AS overdue, ${count('$2', '$3')} AS "dueSoon"`,
    [environmentId, overdueBefore.toISOString(), dueSoonBefore.toISOString()],
  );
  const { all, overdue, dueSoon } = rows[0]!;
  const isRest = overdue <= COUNTED_TO && dueSoon <= COUNTED_TO;
  const waiting = isRest ? all - overdue - dueSoon : await countFrom(sql, environmentId, dueSoonBefore);
  return {
    counts: {
      OVERDUE: Math.min(overdue, COUNTED_TO),
      DUE_SOON: Math.min(dueSoon, COUNTED_TO),
      WAITING: isRest ? waiting : Math.min(waiting, COUNTED_TO),
    },
    isExact: isRest,
  };
}

async function countFrom(sql: Sql, environmentId: number, from: Date): Promise<number> {
  const { rows } = await sql.query<{ waiting: number }>(`SELECT ${count('$2', "'infinity'")} AS waiting`, [
    environmentId,
    from.toISOString(),
  ]);
  return rows[0]!.waiting;
}

/** Archived ones too: that a list no longer counts doesn't answer a request that nobody has looked at. */
const OUTBOUND_LISTS = `ARRAY(SELECT id FROM list WHERE environment_id = $1::int AND blocks & ${
  blockBit('OUTBOUND', 'CALL') | blockBit('OUTBOUND', 'SMS')
} <> 0)`;

/** How many there are from one instant up to the other, up to one more than are told. */
function count(from: string, to: string): string {
  return `count_waiting_requests($1::int, ${OUTBOUND_LISTS}, ${from}::timestamptz, ${to}::timestamptz, ${COUNTED_TO + 1})::float8`;
}
