import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';

/** A span of time: from inclusive, to exclusive. */
export interface TimeRange {
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** The filter of `entries` and of every bulk action (R6.1). All that is given must hold. */
export interface EntryFilter {
  readonly lists?: readonly string[] | null;
  readonly statuses?: readonly EntryStatus[] | null;
  readonly createdBy?: 'USER' | 'SYSTEM' | null;
  readonly sources?: readonly EntrySource[] | null;
  readonly numberContains?: string | null;
  readonly reasonContains?: string | null;
  readonly createdAt?: TimeRange | null;
  readonly requestedAt?: TimeRange | null;
  readonly expiresAt?: TimeRange | null;
  readonly hasExpiry?: boolean | null;
  readonly changeSet?: string | null;
  /** The database id of an import's task: entries that it claims (R6.3). */
  readonly import?: string | null;
  readonly endUserOptedOut?: boolean | null;
  readonly externalReference?: string | null;
}

/** R1.8: what contacts caused is SYSTEM's. */
export const systemSources: readonly EntrySource[] = ['SMS_KEYWORD', 'SMS_PHRASE', 'DISPOSITION', 'IVR', 'TRANSCRIPT'];
export const userSources: readonly EntrySource[] = ['MANUAL', 'API', 'IMPORT', 'CALL_ACTION'];

/** USER or SYSTEM: everybody sees the kind of who created an entry (R1.8). */
export function createdByKind(source: EntrySource): 'USER' | 'SYSTEM' {
  return systemSources.includes(source) ? 'SYSTEM' : 'USER';
}

/**
 * Whether nothing at all is asked: allowed for a list page, an error for a bulk action (R6.1). A blank text, an empty
 * list and a span without ends ask nothing.
 */
export function isEmptyFilter(filter: EntryFilter | null | undefined): boolean {
  return askedOf(filter).length === 0;
}

/** The names of what a filter asks. */
export function askedOf(filter: EntryFilter | null | undefined): (keyof EntryFilter)[] {
  const { ...parts } = filter ?? {};
  return (Object.keys(parts) as (keyof EntryFilter)[]).filter((name) => asks(parts[name]));
}

/** The names of what a filter gives without asking anything: '', [], {}. Null is left out on purpose, and no name. */
export function blanksOf(filter: EntryFilter): string[] {
  return Object.entries(filter).flatMap(([name, value]) =>
    value === null || value === undefined || asks(value) ? [] : [name],
  );
}

function asks(value: EntryFilter[keyof EntryFilter]): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value === 'boolean') return true;
  if ('length' in value) return value.length > 0;
  return Boolean(value.from ?? value.to);
}
