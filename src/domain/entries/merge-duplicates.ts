import type { EntryRow, EntryStatus } from '../../changes/write-call.ts';
import type { ReadEntry } from './entry-input.ts';

/** R1.2: duplicates inside one batch become one row by the rule of adding again: the stricter wins. */
export function mergeDuplicates(read: readonly ReadEntry[]): { rows: EntryRow[]; rowOf: (number | null)[] } {
  const rows: EntryRow[] = [];
  const byPhone = new Map<string, number>();
  const rowOf = read.map((entry) => {
    if (!entry.ok) return null;
    const known = byPhone.get(entry.row.phone);
    if (known === undefined) {
      byPhone.set(entry.row.phone, rows.length);
      return rows.push(entry.row) - 1;
    }
    rows[known] = stricter(rows[known]!, entry.row);
    return known;
  });
  return { rows, rowOf };
}

const strictness: readonly EntryStatus[] = ['PENDING', 'APPROVED', 'PERMANENT'];

/** Two rows of one number as one: attribute by attribute the stricter, of texts the first that is there. */
export function stricter(a: EntryRow, b: EntryRow): EntryRow {
  const status = strictness[Math.max(strictness.indexOf(a.status!), strictness.indexOf(b.status!))]!;
  const earliest =
    a.requestedAt && b.requestedAt
      ? a.requestedAt < b.requestedAt
        ? a.requestedAt
        : b.requestedAt
      : (a.requestedAt ?? b.requestedAt);
  const noEnd = status === 'PERMANENT' || !a.expiresAt || !b.expiresAt;
  return {
    ...a,
    status,
    expiresAt: noEnd ? null : a.expiresAt! > b.expiresAt! ? a.expiresAt : b.expiresAt,
    reason: a.reason ?? b.reason,
    evidence: a.evidence ?? b.evidence,
    externalReference: a.externalReference ?? b.externalReference,
    ...((a.businessNumber ?? b.businessNumber) ? { businessNumber: (a.businessNumber ?? b.businessNumber)! } : {}),
    ...(earliest ? { requestedAt: earliest } : {}),
  };
}
