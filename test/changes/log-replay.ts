import type { Sql } from '../../src/db/database.ts';
import { keyOf, type ModelEntry } from './law-model.ts';

interface LoggedChange {
  kind: string;
  entry_id: string;
  before: string | null;
  after: string | null;
  reason_id: string | null;
  reason_before_id: string | null;
  evidence_id: string | null;
  evidence_before_id: string | null;
  reason: string | null;
  evidence: string | null;
  phone: string;
  list_id: number;
  source: string;
  facts: string;
}

export interface Replayed {
  readonly entries: Map<string, ModelEntry>;
  /** Of each number, the last ones in the log. */
  readonly facts: Map<string, string>;
}

/** The table as the log alone tells it; throws where a change's `before` isn't what the changes before it left. */
export async function replayLog(sql: Sql, environmentId: number): Promise<Replayed> {
  const { rows } = await sql.query<LoggedChange>(
    `SELECT c.*, e.phone, e.list_id, e.source, r.body AS reason, v.body AS evidence FROM change c
       JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
       LEFT JOIN text_value r ON r.environment_id = c.environment_id AND r.id = c.reason_id
       LEFT JOIN text_value v ON v.environment_id = c.environment_id AND v.id = c.evidence_id
      WHERE c.environment_id = $1 ORDER BY c.position`,
    [environmentId],
  );
  const states = new Map<string, Record<string, unknown>>();
  const facts = new Map<string, string>();
  for (const row of rows) {
    facts.set(row.phone, row.facts);
    const key = keyOf({ phone: row.phone, listId: row.list_id, source: row.source });
    const state = row.kind === 'ENTRY_ADDED' ? { active: true } : { ...states.get(key) };
    states.set(key, applied(state, row));
  }
  const entries = new Map([...states].map(([key, state]) => [key, entryOf(key, state)]));
  return { entries, facts };
}

function applied(state: Record<string, unknown>, row: LoggedChange): Record<string, unknown> {
  const before = JSON.parse(row.before ?? '{}') as Record<string, unknown>;
  for (const [name, value] of Object.entries(before))
    if ((state[name] ?? false) !== value)
      throw new Error(`before.${name} of a ${row.kind} isn't what the log left: ${row.before}`);
  if (row.kind === 'ENTRY_REMOVED' || row.kind === 'ENTRY_EXPIRED') return { ...state, active: false };
  const after = JSON.parse(row.after ?? '{}') as Record<string, unknown>;
  const next = { ...state };
  for (const name of Object.keys({ ...before, ...after })) next[name] = after[name];
  if (row.reason_id !== null || row.reason_before_id !== null) next.reason = row.reason;
  if (row.evidence_id !== null || row.evidence_before_id !== null) next.evidence = row.evidence;
  return next;
}

function entryOf(key: string, state: Record<string, unknown>): ModelEntry {
  const [phone, listId, source] = key.split(' ') as [string, string, ModelEntry['source']];
  return {
    phone,
    listId: Number(listId),
    source,
    active: state.active as boolean,
    status: state.status as ModelEntry['status'],
    endUserOptedOut: state.endUserOptedOut === true,
    requestedAt: Date.parse(state.requestedAt as string),
    expiresAt: state.expiresAt ? Date.parse(state.expiresAt as string) : null,
    reason: (state.reason as string | undefined) ?? null,
    evidence: (state.evidence as string | undefined) ?? null,
    externalReference: (state.externalReference as string | undefined) ?? null,
  };
}

/** The entries as the table has them. */
export async function readTable(
  sql: Sql,
  environmentId: number,
): Promise<Map<string, ModelEntry & { readonly id: string }>> {
  const { rows } = await sql.query<Record<string, never>>(
    `SELECT e.*, r.body AS reason, v.body AS evidence FROM entry e
       LEFT JOIN text_value r ON r.environment_id = e.environment_id AND r.id = e.reason_id
       LEFT JOIN text_value v ON v.environment_id = e.environment_id AND v.id = e.evidence_id
      WHERE e.environment_id = $1 ORDER BY e.id`,
    [environmentId],
  );
  return new Map(
    (rows as Record<string, unknown>[]).map((row) => {
      const entry = {
        id: row.id as string,
        phone: row.phone as string,
        listId: row.list_id as number,
        source: row.source as ModelEntry['source'],
        active: row.active as boolean,
        status: row.status as ModelEntry['status'],
        endUserOptedOut: row.end_user_opted_out as boolean,
        requestedAt: (row.requested_at as Date).getTime(),
        expiresAt: (row.expires_at as Date | null)?.getTime() ?? null,
        reason: row.reason as string | null,
        evidence: row.evidence as string | null,
        externalReference: row.external_reference as string | null,
      };
      return [keyOf(entry), entry];
    }),
  );
}
