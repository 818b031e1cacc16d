import type { Database } from '../../db/database.ts';
import { inIndexOrder } from '../../domain/entries/in-index-order.ts';

/** An entry that an import has a claim on (R6.3). */
export interface ClaimedEntry {
  readonly id: string;
  readonly phone: string;
}

/** Where a walk over an import's claims goes on: entries that it holds by number, then its further claims by entry. */
export type ClaimKey =
  | { readonly kind: 'ENTRY'; readonly phone: string }
  | { readonly kind: 'CLAIM'; readonly id: string };

export interface ClaimPage {
  readonly entries: readonly ClaimedEntry[];
  /** Where the next page begins; null when this was the last. */
  readonly next: ClaimKey | null;
}

const FIRST: ClaimKey = { kind: 'ENTRY', phone: '' };

/** One page of the active entries that an import has a claim on. Two walks that are fed each other's keys are one. */
export async function claimPage(
  database: Database,
  { environmentId, importId }: { environmentId: number; importId: string },
  key: ClaimKey | null,
  size: number,
): Promise<ClaimPage> {
  const from = key ?? FIRST;
  if (from.kind === 'ENTRY') {
    const { rows } = await inIndexOrder(database, (sql) =>
      sql.query<ClaimedEntry>(HELD, [environmentId, importId, from.phone, size]),
    );
    const next: ClaimKey =
      rows.length === size ? { kind: 'ENTRY', phone: rows.at(-1)!.phone } : { kind: 'CLAIM', id: '0' };
    return { entries: rows, next };
  }
  const { rows } = await inIndexOrder(database, (sql) =>
    sql.query<ClaimedEntry>(CLAIMED, [environmentId, importId, from.id, size]),
  );
  return { entries: rows, next: rows.length === size ? { kind: 'CLAIM', id: rows.at(-1)!.id } : null };
}

const HELD = `SELECT id, phone FROM entry
  WHERE environment_id = $1 AND import_id = $2 AND active AND phone > $3 ORDER BY phone LIMIT $4`;
const CLAIMED = `SELECT e.id, e.phone FROM import_claim c JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
  WHERE c.environment_id = $1 AND c.import_id = $2 AND c.entry_id > $3 AND e.active ORDER BY c.entry_id LIMIT $4`;
