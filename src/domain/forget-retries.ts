import { HourlyCleaner } from './hourly-cleaner.ts';

/** P1.8: how long a retry finds its first answer. */
const KEPT = '7 days';
const AT_ONCE = 10_000;

/** Deletes retry records that are too old to be replayed. */
export class RetryCleaner extends HourlyCleaner {
  protected readonly what = 'old retry records';

  protected async step(): Promise<boolean> {
    return (await this.database.write.query(FORGET, [AT_ONCE])).rowCount === AT_ONCE;
  }
}

const FORGET = `DELETE FROM idempotency_record WHERE ctid IN (
  SELECT ctid FROM idempotency_record WHERE created_at < clock_timestamp() - interval '${KEPT}' LIMIT $1 FOR UPDATE SKIP LOCKED)`;
