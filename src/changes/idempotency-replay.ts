import type { Sql } from '../db/database.ts';
import { toPosition } from './position.ts';
import type { Idempotency, RowCode, WriteOutcome } from './write-call.ts';
import { IdempotencyMismatchError } from './write-errors.ts';

/** What is kept of a call with an idempotency key (P1.8): its answer, without texts or numbers. */
export interface IdempotencyRecord {
  inputMap: number[];
  codes: RowCode[] | null;
  entryIds: (string | number)[] | null;
  facts: string[] | null;
  position: number;
}

/**
 * The answer that a call with this key got before, or null. For calls whose rows depend on the table: what they selected
 * then may be gone now (P1.8).
 * @throws IdempotencyMismatchError
 */
export async function findReplay(
  sql: Sql,
  environmentId: number,
  actorId: number,
  operation: string,
  idempotency: Idempotency,
): Promise<WriteOutcome | null> {
  const { rows } = await sql.query<IdempotencyRecord & { request_hash: Buffer }>(FIND_REPLAY, [
    environmentId,
    actorId,
    operation,
    idempotency.key,
  ]);
  const record = rows[0];
  if (!record) return null;
  if (!record.request_hash.equals(idempotency.requestHash)) throw new IdempotencyMismatchError();
  return replayed(record);
}

/** The first call's answer, from its record. */
export function replayed(record: IdempotencyRecord): WriteOutcome {
  const rows = (record.codes ?? []).map((code, n) => ({
    code,
    entryId: idText(record.entryIds?.[n]),
    facts: record.facts?.[n] ?? '',
  }));
  return { rows, position: toPosition(record.position), replayed: { inputMap: record.inputMap } };
}

function idText(id: string | number | null | undefined): string | null {
  return id === null || id === undefined ? null : String(id);
}

const FIND_REPLAY = `
  SELECT request_hash, input_map AS "inputMap", codes, entry_ids AS "entryIds", facts, last_position AS position FROM idempotency_record
   WHERE environment_id = $1 AND actor_id = $2 AND operation = $3 AND key = $4 AND created_at >= clock_timestamp() - interval '7 days'`;
