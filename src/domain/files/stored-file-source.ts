import { Readable } from 'node:stream';
import type { Sql } from '../../db/database.ts';
import type { FileSource } from '../spreadsheets/file-source.ts';
import { readStoredFile, type StoredFileInfo } from './stored-files.ts';

/** A stored file for those who read files: each stream asks the database for the next part when the last one is taken. */
export function storedFile(sql: Sql, file: StoredFileInfo): FileSource {
  return {
    name: file.name,
    size: file.size,
    stream: (start = 0, end = file.size) =>
      Readable.from(readStoredFile(sql, file, start, Math.min(end, file.size)), { objectMode: false }),
  };
}
