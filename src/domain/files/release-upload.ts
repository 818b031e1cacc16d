import type { Sql } from '../../db/database.ts';
import type { TaskKey } from '../tasks/task-row.ts';

/** How long an upload stays for whoever wants it once more: it takes room that others may need (MAX_STORED_UPLOAD_BYTES). */
const USED_KEPT = '6 hours';

/** A task is done with its upload: it ends soon, unless another task is still to read it. In the transaction of the task's end. */
export async function releaseUpload(sql: Sql, { environmentId, id }: TaskKey, uploadId: string): Promise<void> {
  // A statement of its own, so that the next one sees the task for whose sake somebody else held it.
  await sql.query(HOLD, [environmentId, uploadId]);
  await sql.query(RELEASE, [environmentId, uploadId, id]);
}

const HOLD = 'SELECT 1 FROM stored_file WHERE environment_id = $1 AND id = $2::uuid FOR UPDATE';

const RELEASE = `
  UPDATE stored_file SET expires_at = least(expires_at, clock_timestamp() + interval '${USED_KEPT}')
   WHERE environment_id = $1 AND id = $2::uuid
     AND NOT EXISTS (SELECT 1 FROM task WHERE environment_id = $1 AND id <> $3 AND state IN ('QUEUED', 'RUNNING') AND input -> 'file' ->> 'id' = $2::uuid::text)`;
