import { type OptOutDeadline, optOutDeadline } from '../messages/opt-out-deadline.ts';

export type DeadlineState = 'OVERDUE' | 'DUE_SOON' | 'WAITING';

/** A request is due soon from the third business day before its last one on. */
export const SOON_BUSINESS_DAYS = 3;

/**
 * What is asked of a request at some moment depends on when it was made alone, and grows with it: a later request is never
 * due earlier. So each state is a span of `requestedAt`, which an index is entered by.
 */
export interface DeadlineBounds {
  /** Requests before this instant are overdue. */
  readonly overdueBefore: Date;
  /** Requests before this one, and not before the other, are due soon; later ones wait. */
  readonly dueSoonBefore: Date;
}

/** Longer than any deadline: ten business days and every holiday that there could be between them. */
const LONGEST_MS = 40 * 86_400_000;

/** Of the last day that was asked for: the bounds are the same from midnight to midnight in New York. */
let ofDay: { readonly day: string; readonly bounds: DeadlineBounds } | null = null;

export function deadlineBounds(now: Date): DeadlineBounds {
  const { dueOn: day } = optOutDeadline(now, { businessDays: 0 });
  if (ofDay?.day !== day) ofDay = { day, bounds: boundsOf(now) };
  return ofDay.bounds;
}

function boundsOf(now: Date): DeadlineBounds {
  const soon = optOutDeadline(now, { businessDays: SOON_BUSINESS_DAYS }).dueOn;
  return {
    overdueBefore: firstThat(now, ({ overdueFrom }) => overdueFrom > now),
    dueSoonBefore: firstThat(now, ({ dueOn }) => dueOn > soon),
  };
}

export function deadlineStateOf(requestedAt: Date, { overdueBefore, dueSoonBefore }: DeadlineBounds): DeadlineState {
  if (requestedAt < overdueBefore) return 'OVERDUE';
  return requestedAt < dueSoonBefore ? 'DUE_SOON' : 'WAITING';
}

/** The span of `requestedAt` of a state: from inclusive, to exclusive, null where it has no end. */
export function spanOf(
  state: DeadlineState | null | undefined,
  { overdueBefore, dueSoonBefore }: DeadlineBounds,
): { readonly from: Date | null; readonly to: Date | null } {
  switch (state) {
    case 'OVERDUE':
      return { from: null, to: overdueBefore };
    case 'DUE_SOON':
      return { from: overdueBefore, to: dueSoonBefore };
    case 'WAITING':
      return { from: dueSoonBefore, to: null };
    default:
      return { from: null, to: null };
  }
}

/** The first instant, to the millisecond, of a request whose deadline fits; every later one's does too. */
function firstThat(now: Date, fits: (deadline: OptOutDeadline) => boolean): Date {
  let tooEarly = now.getTime() - LONGEST_MS;
  let late = now.getTime();
  while (late - tooEarly > 1) {
    const between = Math.floor((late + tooEarly) / 2);
    if (fits(optOutDeadline(new Date(between)))) late = between;
    else tooEarly = between;
  }
  return new Date(late);
}
