import { TaskFencedError } from '../changes/write-errors.ts';
import type { Sql } from '../db/database.ts';

/** One claim of a task. */
export interface Claim {
  readonly environmentId: number;
  readonly id: string;
  readonly fence: number;
}

/** How a claim ends, but for being taken away. */
export type TaskEnding =
  | { readonly state: 'DONE' }
  | { readonly state: 'FAILED'; readonly code: string; readonly message: string }
  /** Given back, to go on elsewhere or not before this time has passed; `isFault` counts it as an attempt. */
  | { readonly state: 'QUEUED'; readonly afterMs?: number; readonly isFault?: boolean };

/**
 * The heartbeat: one statement for all claims of a server. Answers, for each, whether it still holds. A task that somebody
 * has locked is passed over until the next one: it must not keep the others from theirs.
 */
export async function extendLeases(sql: Sql, claims: readonly Claim[], leaseMs: number): Promise<boolean[]> {
  const { rows } = await sql.query<{ n: number }>(EXTEND, [
    claims.map(({ environmentId }) => environmentId),
    claims.map(({ id }) => id),
    claims.map(({ fence }) => fence),
    leaseMs,
  ]);
  const held = new Set(rows.map(({ n }) => n));
  return claims.map((_, n) => held.has(n + 1));
}

/** @throws TaskFencedError when the task isn't this claim's any more. */
export async function endClaim(sql: Sql, { environmentId, id, fence }: Claim, ending: TaskEnding): Promise<void> {
  const { state } = ending;
  const failed = state === 'FAILED' ? ending : null;
  const givenBack = state === 'QUEUED' ? ending : null;
  const { rowCount } = await sql.query(END, [
    environmentId,
    id,
    fence,
    state,
    failed?.code ?? null,
    failed?.message ?? null,
    givenBack?.afterMs ?? null,
    givenBack !== null && !givenBack.isFault,
  ]);
  if (rowCount === 0) throw new TaskFencedError();
}

/**
 * Claims since the last progress: 0 when this claim itself has made some, so that another one wouldn't begin where it did.
 * @throws TaskFencedError
 */
export async function attemptsOf(sql: Sql, { environmentId, id, fence }: Claim): Promise<number> {
  const { rows } = await sql.query<{ attempts: number }>(ATTEMPTS, [environmentId, id, fence]);
  if (!rows[0]) throw new TaskFencedError();
  return rows[0].attempts;
}

/** The embedded database has one process at a time: whoever held a lease before it opened it is dead, and is not waited for. */
export async function forgetLeases(sql: Sql): Promise<void> {
  await sql.query(
    `UPDATE task SET leased_by = NULL, lease_until = NULL WHERE state = 'RUNNING' AND leased_by IS NOT NULL`,
  );
}

const EXTEND = `
  WITH claim AS (SELECT * FROM unnest($1::int[], $2::bigint[], $3::int[]) WITH ORDINALITY AS c(environment_id, id, fence, n)),
  free AS (
    SELECT t.environment_id, t.id FROM claim c JOIN task t USING (environment_id, id)
     WHERE t.fence = c.fence AND t.state = 'RUNNING' FOR NO KEY UPDATE OF t SKIP LOCKED),
  extended AS (
    UPDATE task t SET lease_until = clock_timestamp() + $4::float8 * interval '1 ms'
      FROM free WHERE t.environment_id = free.environment_id AND t.id = free.id)
  SELECT c.n::int FROM claim c JOIN task t USING (environment_id, id) WHERE t.fence = c.fence AND t.state = 'RUNNING'`;

const ATTEMPTS = `SELECT attempts FROM task WHERE environment_id = $1 AND id = $2 AND fence = $3 AND state = 'RUNNING'`;

const END = `
  UPDATE task SET state = $4::task_state, failure_code = $5, failure_message = $6, leased_by = NULL,
         lease_until = clock_timestamp() + $7::float8 * interval '1 ms',
         attempts = CASE WHEN $8::boolean THEN greatest(attempts - 1, 0) ELSE greatest(attempts, 1) END,
         updated_at = clock_timestamp(), finished_at = CASE WHEN $4 <> 'QUEUED' THEN clock_timestamp() END
   WHERE environment_id = $1 AND id = $2 AND fence = $3 AND state = 'RUNNING'`;
