import type { Viewer } from '../../auth/viewer.ts';
import { toPosition } from '../../changes/position.ts';
import type { Sql } from '../../db/database.ts';
import type { StoredFileInfo } from './stored-files.ts';
import type { Uploads } from './uploads.ts';

/** A file that came inside a request, as whoever has read the form hands it on. */
export interface SentFile {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** An upload is no change: the position is where the log stood then. */
export interface UploadedFile {
  readonly upload: StoredFileInfo;
  readonly position: number;
  readonly isEnforcedHere: boolean;
}

/** Keeps a small file. @throws UserProblemError, ForbiddenError */
export async function uploadFile(
  viewer: Viewer,
  { file, name }: { file: SentFile; name?: string | null },
  { uploads, sql }: { uploads: Uploads; sql: Sql },
): Promise<UploadedFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const upload = await uploads.store(viewer, { name: name ?? file.name, bytes });
  const { rows } = await sql.query<{ head: string }>('SELECT head FROM environment WHERE id = $1', [
    viewer.environmentId,
  ]);
  return { upload, position: toPosition(rows[0]!.head), isEnforcedHere: true };
}
