import type { Sql } from '../db/database.ts';

/** A task that was ended here, whoever worked at it. */
export interface EndedTask {
  readonly environmentId: number;
  readonly id: string;
}

/**
 * Ends the unfinished tasks of keys that are revoked or have expired: whoever lost a key in the middle of the night must
 * not find in the morning what a thief's task has lifted since. From the commit on none of their writes finds them
 * RUNNING, wherever they run. A person's token is good for minutes, so what a person has started goes on.
 */
export async function endTasksOfEndedKeys(sql: Sql): Promise<readonly EndedTask[]> {
  return (await sql.query<EndedTask>(END)).rows;
}

// In the order of the keys, and waiting for the batch under way: whoever has the lock is a moment from its commit.
const END = `
  WITH over AS (
    SELECT t.environment_id, t.id
      FROM task t
      JOIN actor a ON a.environment_id = t.environment_id AND a.id = t.actor_id AND a.type = 'API_KEY'
      JOIN api_key k ON k.environment_id = t.environment_id AND 'key:' || k.id = a.subject
     WHERE t.state IN ('QUEUED', 'RUNNING') AND (k.revoked_at IS NOT NULL OR k.expires_at <= clock_timestamp())
     ORDER BY t.environment_id, t.id FOR NO KEY UPDATE OF t)
  UPDATE task t SET state = 'FAILED', failure_code = 'KEY_REVOKED',
         failure_message = 'The key that started it was revoked, or has expired. What was done stays; start it again with a key that is good.',
         leased_by = NULL, lease_until = NULL, updated_at = clock_timestamp(), finished_at = clock_timestamp()
    FROM over WHERE t.environment_id = over.environment_id AND t.id = over.id
  RETURNING t.environment_id AS "environmentId", t.id`;
