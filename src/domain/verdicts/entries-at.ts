import type { ChangeKind } from '../../changes/change-set.ts';
import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import type { NumberEntry } from './number-entry.ts';

/**
 * The active entries of these keys as they stood at a position, rebuilt from the log: each entry's newest addition says
 * all of it, every change after it what it altered (P1.6). Ordered by id.
 */
export async function entriesAt(
  sql: Sql,
  environmentId: number,
  keys: readonly string[],
  position: number,
): Promise<NumberEntry[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<Row>(CHANGES_TO_FOLD, [environmentId, keys, position]);
  const entries = new Map<string, NumberEntry>();
  for (const row of rows) {
    const earlier = row.kind === 'ENTRY_ADDED' ? undefined : entries.get(row.id);
    if (row.kind === 'ENTRY_REMOVED' || row.kind === 'ENTRY_EXPIRED') entries.delete(row.id);
    else entries.set(row.id, fold(earlier ?? added(row), row));
  }
  return [...entries.values()];
}

interface Row {
  readonly id: string;
  readonly phone: string;
  readonly list_id: number;
  readonly source: EntrySource;
  readonly kind: ChangeKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason_id: string | null;
  readonly reason_before_id: string | null;
  readonly evidence_id: string | null;
  readonly evidence_before_id: string | null;
  readonly at: Date;
  readonly actor_id: number;
}

/** The JSON of `change.before` and `change.after`: only what changed. */
interface Attributes {
  readonly status?: EntryStatus;
  readonly endUserOptedOut?: boolean;
  readonly requestedAt?: string;
  readonly expiresAt?: string;
  readonly externalReference?: string;
  readonly businessNumber?: string;
}

/** A new entry before its attributes are read; who removed an entry and adds it again makes it anew (R1.2). */
function added({ id, phone, list_id, source, at, actor_id }: Row): NumberEntry {
  return {
    id,
    phone,
    listId: list_id,
    source,
    status: 'PENDING',
    endUserOptedOut: false,
    raw: null,
    reasonId: null,
    evidenceId: null,
    requestedAt: at,
    expiresAt: null,
    externalReference: null,
    businessNumber: null,
    createdById: actor_id,
    createdAt: at,
    updatedAt: at,
  };
}

function fold(entry: NumberEntry, row: Row): NumberEntry {
  const before = JSON.parse(row.before ?? '{}') as Attributes;
  const after = JSON.parse(row.after ?? '{}') as Attributes;
  // What `before` has and `after` lacks was cleared; what neither has stayed.
  const text = (name: 'externalReference' | 'businessNumber') => after[name] ?? (name in before ? null : entry[name]);
  return {
    ...entry,
    status: after.status ?? entry.status,
    endUserOptedOut: after.endUserOptedOut ?? entry.endUserOptedOut,
    requestedAt: after.requestedAt ? new Date(after.requestedAt) : entry.requestedAt,
    expiresAt: after.expiresAt ? new Date(after.expiresAt) : 'expiresAt' in before ? null : entry.expiresAt,
    externalReference: text('externalReference'),
    businessNumber: text('businessNumber'),
    reasonId: row.reason_id ?? (row.reason_before_id === null ? entry.reasonId : null),
    evidenceId: row.evidence_id ?? (row.evidence_before_id === null ? entry.evidenceId : null),
    updatedAt: row.at,
  };
}

// OFFSET 0 and LIMIT 1 keep the search on the entry's own changes and their sets, whatever the planner knows of the tables.
const CHANGES_TO_FOLD = `
  SELECT e.id, e.phone, e.list_id, e.source, c.kind, c.before, c.after, c.reason_id, c.reason_before_id, c.evidence_id, c.evidence_before_id,
         s.at, s.actor_id
    FROM entry e
   CROSS JOIN LATERAL (
     SELECT max(own.position) AS position
       FROM (SELECT position, kind FROM change WHERE environment_id = $1 AND entry_id = e.id AND position <= $3 OFFSET 0) own
      WHERE own.kind = 'ENTRY_ADDED') newest
   CROSS JOIN LATERAL (
     SELECT * FROM change WHERE environment_id = $1 AND entry_id = e.id AND position BETWEEN newest.position AND $3 OFFSET 0) c
   CROSS JOIN LATERAL (SELECT at, actor_id FROM change_set WHERE environment_id = $1 AND position = c.set_position LIMIT 1) s
   WHERE e.environment_id = $1 AND e.phone = ANY ($2::text[])
   ORDER BY e.id, c.position`;
