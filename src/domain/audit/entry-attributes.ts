import type { EntryStatus } from '../../changes/write-call.ts';

/** What one side of a change says of an entry; only what changed is there (P1.6). */
export interface EntryAttributes {
  readonly status: EntryStatus | null;
  readonly endUserOptedOut: boolean | null;
  readonly requestedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
  readonly businessNumber: string | null;
  /** The campaign's id, of an entry that came by one. */
  readonly campaignId: number | null;
  /** The inbound message's id, of an entry that stands for one (R4.1). */
  readonly messageId: string | null;
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
    campaignId: said.campaignId ?? null,
    messageId: said.messageId ?? null,
  };
}

/** What the log names by id. */
const shownAs: Readonly<Record<string, string>> = { campaignId: 'campaign', messageId: 'message' };

/** The names of what a change altered, in both texts and beside them; as the fields that show it are called. */
export function changedNames(change: {
  readonly before: string | null;
  readonly after: string | null;
  readonly reasonId: bigint | null;
  readonly reasonBeforeId: bigint | null;
  readonly evidenceId: bigint | null;
  readonly evidenceBeforeId: bigint | null;
}): string[] {
  const said = [change.before, change.after].flatMap((json) => Object.keys(JSON.parse(json ?? '{}') as object));
  const names = new Set(said.map((name) => shownAs[name] ?? name));
  if (change.reasonId !== change.reasonBeforeId) names.add('reason');
  if (change.evidenceId !== change.evidenceBeforeId) names.add('evidence');
  return [...names].sort();
}
