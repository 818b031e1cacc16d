import type { Sql } from '../db/database.ts';
import { toPosition } from './position.ts';

export type ChangeKind =
  | 'ENTRY_ADDED'
  | 'ENTRY_RAISED'
  | 'ENTRY_UPDATED'
  | 'ENTRY_APPROVED'
  | 'ENTRY_UNAPPROVED'
  | 'ENTRY_REMOVED'
  | 'ENTRY_EXPIRED'
  | 'LIST'
  | 'SETTING'
  | 'ENVIRONMENT'
  | 'API_KEY'
  | 'CAMPAIGN'
  | 'DISPOSITION'
  | 'CONSENT'
  | 'WEBHOOK';

/** One row of the log as the feed and the index read it. */
export interface ChangeRecord {
  readonly position: number;
  readonly kind: ChangeKind;
  readonly entryId: string | null;
  readonly listId: number | null;
  /** The number, of an entry or a consent; null for changes of configuration. */
  readonly phone: string | null;
  /** The number's whole state after the change set: of entries facts.ts, of consents consent-facts.ts; null when `phone` is. */
  readonly facts: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly source: string | null;
  readonly externalReference: string | null;
  readonly reasonId: string | null;
}

/** The changes that were committed together, with the hashes that chain them (P1.9). */
export interface ChangeSetRecord {
  readonly firstPosition: number;
  readonly position: number;
  readonly at: Date;
  readonly actorId: number;
  readonly reasonId: string | null;
  readonly prevHash: Buffer;
  readonly hash: Buffer;
  readonly changes: readonly ChangeRecord[];
}

/** P2.7: a batch is whole change sets, at most this many rows or one set. */
export const MAX_BATCH_ROWS = 1_000;

interface Row {
  /** What is the set's stands in its first row alone. */
  first_position: string | null;
  set_position: string | null;
  at: Date | null;
  actor_id: number | null;
  set_reason_id: string | null;
  prev_hash: Buffer | null;
  hash: Buffer | null;
  position: string;
  kind: ChangeKind;
  entry_id: string | null;
  list_id: number | null;
  phone: string | null;
  facts: string | null;
  before: string | null;
  after: string | null;
  source: string | null;
  external_reference: string | null;
  reason_id: string | null;
}

/** The change sets right after a position, whole, in order; positions are contiguous (invariant 3). */
export async function readChangeSets(sql: Sql, environmentId: number, after: number): Promise<ChangeSetRecord[]> {
  const { rows } = await sql.query<Row>(READ_CHANGE_SETS, [environmentId, after, after + MAX_BATCH_ROWS]);
  const sets: (ChangeSetRecord & { changes: ChangeRecord[] })[] = [];
  for (const row of rows) {
    if (row.set_position !== null)
      sets.push({
        firstPosition: toPosition(row.first_position!),
        position: toPosition(row.set_position),
        at: row.at!,
        actorId: row.actor_id!,
        reasonId: row.set_reason_id,
        prevHash: row.prev_hash!,
        hash: row.hash!,
        changes: [],
      });
    sets.at(-1)!.changes.push({
      position: toPosition(row.position),
      kind: row.kind,
      entryId: row.entry_id,
      listId: row.list_id,
      phone: row.phone,
      facts: row.facts,
      before: row.before,
      after: row.after,
      source: row.source,
      externalReference: row.external_reference,
      reasonId: row.reason_id,
    });
  }
  return sets;
}

// What is the set's is sent once: with every row of an import it was most of what this server had to read, and to forget.
// The sets that end within the window, and the first one however long it is. LATERAL keeps each look-up on its key. The
// entry's environment is the change's and not $1: of an environment that the statistics don't know yet the planner believes
// that it has a row or two, and takes any index that begins with it. OFFSET 0: of a million changes it would begin with those.
const READ_CHANGE_SETS = `
  SELECT f.first_position, f.position AS set_position, f.at, f.actor_id, f.reason_id AS set_reason_id, f.prev_hash, f.hash,
         c.position, c.kind, c.entry_id, c.list_id, c.facts, c.before, c.after, c.reason_id, coalesce(e.phone, k.phone) AS phone, e.source, e.external_reference
    FROM (SELECT * FROM change_set
           WHERE environment_id = $1 AND position > $2
             AND position <= greatest($3::bigint, (SELECT min(position) FROM change_set WHERE environment_id = $1 AND position > $2))
           ORDER BY position) s
   CROSS JOIN LATERAL (SELECT * FROM change c WHERE c.environment_id = s.environment_id AND c.position BETWEEN s.first_position AND s.position OFFSET 0) c
    LEFT JOIN LATERAL (SELECT s.* WHERE c.position = s.first_position) f ON true
    LEFT JOIN LATERAL (SELECT phone, source, external_reference FROM entry e WHERE e.environment_id = c.environment_id AND e.id = c.entry_id LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT phone FROM consent k WHERE k.environment_id = c.environment_id AND k.id = c.consent_id LIMIT 1) k ON true
   ORDER BY c.position`;
