import { allPermissions, type Permission } from '../../auth/permissions.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntryFilter, TimeRange } from './entry-filter.ts';

/** What of a viewer decides which entries a filter means: whose, and what they may see (R7). */
export type EntryViewer = Pick<Viewer, 'environmentId' | 'kind' | 'can'>;

/**
 * What a task keeps of who asked for which entries, as JSON: any server builds the same conditions from it, and somebody
 * whose role changes meanwhile gets what they were allowed when they asked.
 */
export interface StoredSelection {
  readonly filter: StoredFilter | null;
  readonly kind: Viewer['kind'];
  readonly permissions: readonly Permission[];
}

type StoredFilter = { readonly [Name in keyof EntryFilter]: Stored<EntryFilter[Name]> };
type Stored<T> = T extends TimeRange ? { readonly from?: string | null; readonly to?: string | null } : T;

export function storeSelection(viewer: EntryViewer, filter: EntryFilter | null | undefined): StoredSelection {
  return {
    filter: filter ? (JSON.parse(JSON.stringify(filter)) as StoredFilter) : null,
    kind: viewer.kind,
    permissions: allPermissions.filter((permission) => viewer.can(permission)),
  };
}

export function restoreSelection(
  environmentId: number,
  { filter, kind, permissions }: StoredSelection,
): { viewer: EntryViewer; filter: EntryFilter | null } {
  const held = new Set<Permission>(permissions);
  const viewer: EntryViewer = { environmentId, kind, can: (permission) => held.has(permission) };
  if (!filter) return { viewer, filter: null };
  const { createdAt, requestedAt, expiresAt, ...rest } = filter;
  const spans = { createdAt: span(createdAt), requestedAt: span(requestedAt), expiresAt: span(expiresAt) };
  return { viewer, filter: { ...rest, ...spans } };
}

function span(stored: Stored<TimeRange> | null | undefined): TimeRange | null {
  return stored
    ? { from: stored.from ? new Date(stored.from) : null, to: stored.to ? new Date(stored.to) : null }
    : null;
}
