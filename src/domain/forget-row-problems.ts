import { HourlyCleaner } from './hourly-cleaner.ts';

/** How long after its task's end it is told what was wrong with a row: raw cells hold numbers, also of people who were erased since. */
const KEPT = '90 days';
const AT_ONCE = 10_000;

/** Deletes the row problems of tasks that ended long ago. */
export class RowProblemCleaner extends HourlyCleaner {
  protected readonly what = 'old row problems';

  protected async step(): Promise<boolean> {
    return (await this.database.write.query(FORGET, [AT_ONCE])).rowCount === AT_ONCE;
  }
}

// By the key of each old task, which most often has none (any more).
const FORGET = `DELETE FROM row_problem WHERE ctid = ANY (ARRAY(
  SELECT old.ctid FROM task t CROSS JOIN LATERAL (
    SELECT p.ctid FROM row_problem p WHERE p.environment_id = t.environment_id AND p.task_id = t.id LIMIT $1 FOR UPDATE SKIP LOCKED) old
   WHERE t.finished_at < clock_timestamp() - interval '${KEPT}' LIMIT $1))`;
