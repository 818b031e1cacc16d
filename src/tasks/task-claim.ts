import type { ActorRef, Authority } from '../changes/write-call.ts';
import type { Sql } from '../db/database.ts';
import type { TaskKind } from '../domain/tasks/task-kind.ts';

/** A task as it was when this server claimed it. */
export interface ClaimedTask {
  readonly environmentId: number;
  readonly id: string;
  readonly kind: TaskKind;
  readonly fence: number;
  /** Claims since the last progress, this one included. */
  readonly attempts: number;
  readonly actor: ActorRef;
  readonly actorId: number;
  readonly authority: Authority;
  readonly onBehalfOf: { readonly id: string; readonly name?: string | null } | null;
  readonly input: unknown;
  readonly createdAt: Date;
  readonly checkpoint: unknown;
  readonly rowsDone: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface ClaimOptions {
  readonly serverId: string;
  readonly leaseMs: number;
  /** What this server has handlers for: a newer one beside it may have more. */
  readonly kinds: readonly TaskKind[];
  /** Environments by when this server last claimed something of theirs, the longest ago first. */
  readonly served: readonly number[];
  /** Only tasks that nobody has claimed before. */
  readonly onlyNew: boolean;
}

/**
 * Claims the next task, or null. Of each environment only the oldest unfinished task that writes entries can be had, and
 * the oldest that only reads, and only while nobody holds it: so those of either sort run one after another over all
 * servers, and neither sort holds up the other. Who was served longest ago is first.
 */
export async function claimTask(sql: Sql, options: ClaimOptions): Promise<ClaimedTask | null> {
  const { serverId, leaseMs, kinds, served, onlyNew } = options;
  const { rows } = await sql.query<ClaimedTask>(CLAIM, [kinds, served, onlyNew, serverId, leaseMs]);
  return rows[0] ?? null;
}

/** Whether a claim would find something. */
export async function isTaskWaiting(sql: Sql, { kinds, onlyNew }: Pick<ClaimOptions, 'kinds' | 'onlyNew'>) {
  const { rows } = await sql.query(`${RUNNABLE} LIMIT 1`, [kinds, [], onlyNew]);
  return rows.length > 0;
}

// Only entries' writers need an order: what one of them would see is what those before it have done. A big import must
// not hold up the morning's scrub.
const ONLY_READS = `(kind IN ('SCRUB', 'ENTRY_EXPORT', 'LOG_EXPORT') OR kind = 'IMPORT' AND input @> '{"isDryRun": true}')`;

// A lease in the future without a server is a pause before the next attempt. What is read of the heads is asked again of
// the locked row: PostgreSQL evaluates the conditions on `t` anew when another server was faster.
const RUNNABLE = `
  SELECT t.environment_id, t.id
    FROM (SELECT environment_id, min(id) AS id FROM task
           WHERE state IN ('QUEUED', 'RUNNING') GROUP BY environment_id, ${ONLY_READS}) AS head
    JOIN task t ON t.environment_id = head.environment_id AND t.id = head.id
   WHERE t.state IN ('QUEUED', 'RUNNING') AND (t.lease_until IS NULL OR t.lease_until <= clock_timestamp())
     AND t.kind = ANY ($1::task_kind[]) AND (t.fence = 0 OR NOT $3::boolean)
   ORDER BY array_position($2::int[], t.environment_id) NULLS FIRST, t.updated_at, t.environment_id`;

const CLAIM = `
  WITH next AS (${RUNNABLE} LIMIT 1 FOR NO KEY UPDATE OF t SKIP LOCKED),
  claimed AS (
    UPDATE task t SET state = 'RUNNING', fence = t.fence + 1, attempts = t.attempts + 1, leased_by = $4,
           lease_until = clock_timestamp() + $5::float8 * interval '1 ms',
           started_at = coalesce(t.started_at, clock_timestamp()), updated_at = clock_timestamp()
      FROM next WHERE t.environment_id = next.environment_id AND t.id = next.id RETURNING t.*)
  SELECT c.environment_id AS "environmentId", c.id, c.kind, c.fence, c.attempts,
         json_build_object('type', a.type, 'subject', a.subject, 'name', a.name) AS actor, c.actor_id AS "actorId", c.authority,
         o.body::json AS "onBehalfOf", c.input, c.created_at AS "createdAt", c.checkpoint,
         c.rows_done::float8 AS "rowsDone", c.counts
    FROM claimed c JOIN actor a ON a.environment_id = c.environment_id AND a.id = c.actor_id
    LEFT JOIN text_value o ON o.environment_id = c.environment_id AND o.id = c.on_behalf_of_id`;
