import type { Viewer } from '../auth/viewer.ts';
import type { ChangeLog, Committed, PlainChange } from '../changes/change-log.ts';
import { findReplay } from '../changes/idempotency-replay.ts';
import type { Idempotency, RowCode } from '../changes/write-call.ts';
import type { Sql } from '../db/database.ts';
import { actorOf, type CallerInput, idempotencyOf, onBehalfOf } from './caller.ts';
import { requireActingKey } from './keys/acting-key.ts';
import { storable, tooLong } from './text-limits.ts';
import { UserProblemError } from './user-problem.ts';

/** What every mutation of settings, keys and environments takes besides its own input. */
export interface ConfigInput extends CallerInput {
  readonly reason?: string | null;
}

/** What the record of a retry keeps of the answer: what became of which row, never a text or a secret (P1.8). */
export interface KeptRow {
  readonly code: RowCode;
  /** The id of the key or environment that the row is about. */
  readonly entryId: string | null;
}

export interface OneTimeChange<T> {
  readonly operation: string;
  readonly input: ConfigInput;
  /** Does it, inside the log's transaction and under the environment's lock, and says what changed. */
  work(
    sql: Sql,
    actorId: number,
  ): Promise<{ readonly result: T; readonly kept: readonly KeptRow[]; readonly changes: readonly PlainChange[] }>;
  /** The answer of a call that was done before, as it can be given now. */
  replay(sql: Sql, kept: readonly KeptRow[]): Promise<T>;
}

export type RecordedOnce<T> = Committed<{ readonly result: T; readonly position: number; readonly replayed: boolean }>;

/**
 * Changes configuration through the log, and safely so when the call is sent again (P1.8): the record of the retry is
 * written with its effect, and under the environment's lock, so that a retry beside its original waits and then replays.
 * @throws UserProblemError, IdempotencyMismatchError, UnauthenticatedError
 */
export async function recordOnce<T>(
  log: ChangeLog,
  viewer: Viewer,
  change: OneTimeChange<T>,
): Promise<RecordedOnce<T>> {
  const { operation, input } = change;
  const { environmentId } = viewer;
  const reasonProblem = tooLong('reason', input.reason, 'input.reason');
  if (reasonProblem) throw new UserProblemError(reasonProblem);
  const idempotency = idempotencyOf(input, input);
  const actor = actorOf(viewer);
  const set = { environmentId, actor, operation, reason: storable(input.reason), onBehalfOf: onBehalfOf(input) };
  const actorId = await log.actorId(environmentId, actor);

  const { result, position, isEnforcedHere } = await log.record<
    Pick<RecordedOnce<T>, 'result'> & { replayedAt?: number }
  >(set, async (sql) => {
    await requireActingKey(sql, viewer);
    const before = idempotency && (await findReplay(sql, environmentId, actorId, operation, idempotency));
    if (before)
      return { result: { result: await change.replay(sql, before.rows), replayedAt: before.position }, changes: [] };
    const { result, kept, changes } = await change.work(sql, actorId);
    if (idempotency) await keep(sql, { environmentId, actorId, operation, idempotency, kept, changes: changes.length });
    return { result: { result }, changes };
  });
  return {
    result: result.result,
    position: result.replayedAt ?? position,
    isEnforcedHere,
    replayed: result.replayedAt !== undefined,
  };
}

interface Keeping {
  readonly environmentId: number;
  readonly actorId: number;
  readonly operation: string;
  readonly idempotency: Idempotency;
  readonly kept: readonly KeptRow[];
  /** How many: the set will end so far behind the log's present end, which nobody else can move meanwhile. */
  readonly changes: number;
}

async function keep(
  sql: Sql,
  { environmentId, actorId, operation, idempotency, kept, changes }: Keeping,
): Promise<void> {
  await sql.query(KEEP, [
    environmentId,
    actorId,
    operation,
    idempotency.key,
    idempotency.requestHash,
    kept.map((row) => row.code),
    kept.map((row) => row.entryId),
    changes,
  ]);
}

// What is there in spite of findReplay is older than 7 days.
const KEEP = `
  INSERT INTO idempotency_record (environment_id, actor_id, operation, key, request_hash, codes, entry_ids, last_position)
  SELECT id, $2::int, $3, $4, $5::bytea, $6::text[], $7::bigint[], head + $8::int FROM environment WHERE id = $1::int
  ON CONFLICT (environment_id, actor_id, operation, key) DO UPDATE
    SET request_hash = excluded.request_hash, input_map = NULL, codes = excluded.codes, entry_ids = excluded.entry_ids, facts = NULL,
        last_position = excluded.last_position, created_at = clock_timestamp()`;
