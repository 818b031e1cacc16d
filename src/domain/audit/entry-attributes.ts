import type { EntryStatus } from '../../changes/write-call.ts';

/** What one side of a change says of an entry; only what changed is there (P1.6). */
export interface EntryAttributes {
  readonly status: EntryStatus | null;
  readonly endUserOptedOut: boolean | null;
  readonly requestedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
  readonly businessNumber: string | null;
}

/** Reads `change.before` or `change.after` of an entry's change. */
export function entryAttributes(json: string | null): EntryAttributes {
  const said = JSON.parse(json ?? '{}') as Partial<Record<keyof EntryAttributes, never>>;
  const time = (text: string | undefined) => (text === undefined ? null : new Date(text));
  return {
    status: said.status ?? null,
    endUserOptedOut: said.endUserOptedOut ?? null,
    requestedAt: time(said.requestedAt),
    expiresAt: time(said.expiresAt),
    externalReference: said.externalReference ?? null,
    businessNumber: said.businessNumber ?? null,
  };
}

/** The names of what a change altered, in both texts and beside them. */
export function changedNames(change: {
  readonly before: string | null;
  readonly after: string | null;
  readonly reasonId: bigint | null;
  readonly reasonBeforeId: bigint | null;
  readonly evidenceId: bigint | null;
  readonly evidenceBeforeId: bigint | null;
}): string[] {
  const names = new Set(
    [change.before, change.after].flatMap((json) => Object.keys(JSON.parse(json ?? '{}') as object)),
  );
  if (change.reasonId !== change.reasonBeforeId) names.add('reason');
  if (change.evidenceId !== change.evidenceBeforeId) names.add('evidence');
  return [...names].sort();
}
