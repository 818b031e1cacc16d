import type { Sql } from '../../db/database.ts';
import type { DownloadSource } from './downloads.ts';
import { findStoredFile, readStoredFile } from './stored-files.ts';

/** Downloads of stored files that are complete. */
export function storedFileDownloads(sql: Sql): DownloadSource {
  return async (environmentId, id) => {
    const file = await findStoredFile(sql, environmentId, id);
    if (!file?.isComplete) return null;
    const slice = (start: number, end: number) => readStoredFile(sql, file, start, end);
    return { name: file.name, mediaType: file.mediaType, size: file.size, bytes: slice(0, file.size), slice };
  };
}
