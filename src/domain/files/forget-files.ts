import { HourlyCleaner } from '../hourly-cleaner.ts';

/** Parts of one statement: 32 MiB. */
const PARTS_AT_ONCE = 32;
const FILES_AT_ONCE = 100;

/**
 * Deletes the files that have expired; also asked for when somebody discards one. A file of a gigabyte goes in small
 * steps, its bytes first: one statement for all of it would hold its locks for minutes.
 */
export class FileCleaner extends HourlyCleaner {
  protected readonly what = 'expired files';

  protected async step(before: number): Promise<boolean> {
    const { kind, write } = this.database;
    const { rows } = await write.query<{ environment_id: number; id: string }>(EXPIRED, [FILES_AT_ONCE]);
    for (const { environment_id: environmentId, id } of rows) await this.#forget(environmentId, id);
    // Nothing else there makes the room of what was deleted free for what comes: PGlite has no autovacuum.
    if (rows.length === 0 && before > 0 && kind === 'pglite') await write.query('VACUUM file_part');
    return rows.length > 0;
  }

  async #forget(environmentId: number, id: string): Promise<void> {
    const { write } = this.database;
    while (!this.isStopped && (await write.query(FORGET_PARTS, [environmentId, id, PARTS_AT_ONCE])).rowCount);
    if (!this.isStopped) await write.query(FORGET, [environmentId, id]);
  }
}

const EXPIRED =
  'SELECT environment_id, id FROM stored_file WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1';
// Nothing is appended to an expired file, so that what is gone stays gone.
const FORGET_PARTS = `DELETE FROM file_part WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM file_part WHERE environment_id = $1 AND file_id = $2 LIMIT $3))`;
const FORGET = `DELETE FROM stored_file WHERE environment_id = $1 AND id = $2 AND expires_at <= clock_timestamp()`;
