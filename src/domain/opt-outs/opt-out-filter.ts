import type { EntrySource } from '../../changes/write-call.ts';
import type { TimeRange } from '../entries/entry-filter.ts';

/** Which opt-outs: all that is given must hold. */
export interface OptOutFilter {
  readonly optedOutAt?: TimeRange | null;
  /** The number of the business that they opted out from, exactly. */
  readonly businessNumber?: string | null;
  readonly sources?: readonly EntrySource[] | null;
}

/** Which rows of `entry e` are meant, as SQL with `$1`, the environment. */
export interface OptOutConditions {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The active opt-outs of an environment from texts: what people asked for themselves, and what was carried over from
 * another system (R4.6). The list is written as a number, because only so the partial index is known to fit; it is DNT.
 */
export function optOutConditions(environmentId: number, filter: OptOutFilter | null | undefined): OptOutConditions {
  const values: unknown[] = [environmentId];
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const and = ['e.environment_id = $1', 'e.active', 'e.end_user_opted_out', 'e.list_id = 2'];
  const { optedOutAt, businessNumber, sources } = filter ?? {};
  if (optedOutAt?.from) and.push(`e.requested_at >= ${bind(optedOutAt.from.toISOString(), 'timestamptz')}`);
  if (optedOutAt?.to) and.push(`e.requested_at < ${bind(optedOutAt.to.toISOString(), 'timestamptz')}`);
  if (typeof businessNumber === 'string')
    and.push(`e.business_number = ${bind(businessNumber.toWellFormed().replaceAll('\0', '\ufffd'), 'text')}`);
  if (sources) and.push(`e.source = ANY (${bind(sources, 'entry_source[]')})`);
  return { text: and.join(' AND '), values };
}
