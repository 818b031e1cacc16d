import type { Sql } from '../../db/database.ts';
import { findStoredFile, type StoredFileInfo } from '../files/stored-files.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** Whose upload it has to be. */
export interface UploadOwner {
  readonly environmentId: number;
  /** The actor who uploaded it. */
  readonly ownerId: number;
}

/** An upload that is complete and one's own: a file holds numbers and evidence that were not given to everybody. @throws UserProblemError */
export async function findUpload(
  sql: Sql,
  { environmentId, ownerId }: UploadOwner,
  id: string,
): Promise<StoredFileInfo> {
  const file = await findStoredFile(sql, environmentId, id);
  if (file?.purpose !== 'UPLOAD' || file.createdById !== ownerId)
    throw new UserProblemError(
      problem(
        'NOT_FOUND',
        'input.upload',
        'There is no upload of yours with this id: uploads end 7 days after they came, and 6 hours after they were imported or scrubbed. Upload the file again (POST /upload).',
      ),
    );
  if (!file.isComplete)
    throw new UserProblemError(
      problem('REFUSED', 'input.upload', 'This upload is not complete: send the rest of its bytes first.'),
    );
  return file;
}
