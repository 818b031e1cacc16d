import { TaskFencedError } from '../changes/write-errors.ts';
import type { Database, Sql } from '../db/database.ts';
import type { ClaimedTask } from './task-claim.ts';
import type { RunningTask, TaskProgress } from './task-handler.ts';

export interface RunningTaskOptions {
  readonly database: Database;
  readonly claimed: ClaimedTask;
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  /** Something that people see of the task has changed. */
  readonly onChange: () => void;
}

/** What a handler gets: the task as it was claimed, and its pen. */
export function runningTask({ database, claimed, leaseMs, signal, onChange }: RunningTaskOptions): RunningTask {
  const { environmentId, id, fence } = claimed;
  let { checkpoint, rowsDone, counts } = claimed;

  /** One statement under the fence, which also extends the lease. */
  const write = async (sql: Sql, text: string, values: readonly unknown[]) => {
    const { rows } = await sql.query<{ counts: Record<string, number> }>(text, [environmentId, id, fence, ...values]);
    if (!rows[0]) throw new TaskFencedError();
    return rows[0];
  };
  const save = (sql: Sql, { checkpoint, step, rowsDone, rowsTotal, count, result }: TaskProgress) =>
    write(sql, SAVE, [
      leaseMs,
      checkpoint ? JSON.stringify(checkpoint) : null,
      step ?? null,
      rowsDone ?? null,
      rowsTotal !== undefined,
      rowsTotal ?? null,
      JSON.stringify(count ?? {}),
      result ? JSON.stringify(result) : null,
    ]);

  return {
    ...claimed,
    signal,
    get checkpoint() {
      return checkpoint;
    },
    get rowsDone() {
      return rowsDone;
    },
    get counts() {
      return counts;
    },
    async save(progress, work) {
      const saved = work
        ? await database.transaction(async (sql) => {
            // The task first: from here on nobody can cancel it before the rows are there, too.
            const kept = await save(sql, progress);
            await work(sql);
            return kept;
          })
        : await save(database.write, progress);
      checkpoint = progress.checkpoint ?? checkpoint;
      rowsDone = progress.rowsDone ?? rowsDone;
      counts = saved.counts;
      onChange();
    },
    async say(level, message) {
      await write(database.write, SAY, [level, message]);
      onChange();
    },
  };
}

const MINE = `environment_id = $1 AND id = $2 AND fence = $3 AND state = 'RUNNING'`;

// What is worth an attempt more is a new checkpoint or more rows, not that it said again what it was about to do.
const SAVE = `
  UPDATE task SET lease_until = clock_timestamp() + $4::float8 * interval '1 ms', updated_at = clock_timestamp(),
         checkpoint = coalesce($5::jsonb, checkpoint), step = coalesce($6, step), rows_done = coalesce($7, rows_done),
         rows_total = CASE WHEN $8::boolean THEN $9::bigint ELSE rows_total END,
         counts = add_counts(counts, $10::jsonb), result = coalesce($11::jsonb, result),
         attempts = CASE WHEN coalesce($5::jsonb, checkpoint) IS DISTINCT FROM checkpoint OR $7 > rows_done THEN 0 ELSE attempts END
   WHERE ${MINE} RETURNING counts`;

const SAY = `
  WITH mine AS (UPDATE task SET updated_at = clock_timestamp() WHERE ${MINE} RETURNING environment_id, id, counts),
  said AS (
    INSERT INTO task_log_line (environment_id, task_id, at, level, message)
    SELECT environment_id, id, clock_timestamp(), $4, $5 FROM mine)
  SELECT counts FROM mine`;
