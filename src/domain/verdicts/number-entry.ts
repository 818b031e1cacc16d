import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { Enforced, ListFact } from '../../suppression-index/facts.ts';
import { formatFacts } from '../../suppression-index/facts.ts';

/** One active entry of a number, now or at a moment in the past; texts by the ids of their interned bodies. */
export interface NumberEntry {
  readonly id: string;
  /** The key that it is stored under (R2.3). */
  readonly phone: string;
  readonly listId: number;
  readonly source: EntrySource;
  readonly status: EntryStatus;
  readonly endUserOptedOut: boolean;
  /** As received, when it differs from `phone`; null in the past, since the log doesn't hold it. */
  readonly raw: string | null;
  readonly reasonId: string | null;
  readonly evidenceId: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
  readonly businessNumber: string | null;
  readonly createdById: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const reviewable: readonly EntrySource[] = ['MANUAL', 'API', 'IMPORT'];

/** R1.5: SOFT blocks only while `enforcePending` is on. The same law as the SQL function entry_class. */
export function classOf({
  status,
  endUserOptedOut,
  source,
}: Pick<NumberEntry, 'status' | 'endUserOptedOut' | 'source'>): Enforced {
  return status !== 'PENDING' || endUserOptedOut || !reviewable.includes(source) ? 'HARD' : 'SOFT';
}

/** What active entries say about each of their numbers, as `change.facts` would. */
export function factsOf(entries: readonly NumberEntry[]): ReadonlyMap<string, string> {
  const byPhone = new Map<string, Map<number, ListFact>>();
  for (const entry of entries) {
    const lists = byPhone.get(entry.phone) ?? new Map<number, ListFact>();
    byPhone.set(entry.phone, lists);
    const enforced = classOf(entry);
    if (enforced === 'HARD' || !lists.has(entry.listId)) lists.set(entry.listId, { listId: entry.listId, enforced });
  }
  return new Map([...byPhone].map(([phone, lists]) => [phone, formatFacts([...lists.values()])]));
}
