import type { Sql } from '../../db/database.ts';
import { type FilePurpose, findStoredFile, type StoredFileInfo } from './stored-files.ts';

/** The file that a task makes for this purpose; null when it hasn't begun one, or it has expired. */
export async function findTaskFile(
  sql: Sql,
  environmentId: number,
  taskId: string,
  purpose: FilePurpose,
): Promise<StoredFileInfo | null> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM stored_file
      WHERE environment_id = $1 AND task_id = $2 AND purpose = $3::file_purpose AND expires_at > clock_timestamp()
      ORDER BY created_at DESC LIMIT 1`,
    [environmentId, taskId, purpose],
  );
  return rows[0] ? findStoredFile(sql, environmentId, rows[0].id) : null;
}
