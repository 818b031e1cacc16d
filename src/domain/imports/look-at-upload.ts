import type { CountryCode } from 'libphonenumber-js/max';
import type { Sql } from '../../db/database.ts';
import { storedFile } from '../files/stored-file-source.ts';
import type { StoredFileInfo } from '../files/stored-files.ts';
import type { FormatHints } from '../spreadsheets/file-format.ts';
import { type FilePreview, previewFile } from '../spreadsheets/preview-file.ts';
import { UnreadableFileError } from '../spreadsheets/unreadable-file-error.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { findUpload, type UploadOwner } from './find-upload.ts';
import { inPreviewTurn } from './preview-turns.ts';

/** An upload, and what its first rows show. */
export interface SeenUpload {
  readonly upload: StoredFileInfo;
  readonly preview: FilePreview;
}

/** @throws UserProblemError when there is no such upload of the owner's, or it can't be read as a table */
export async function lookAtUpload(
  sql: Sql,
  owner: UploadOwner,
  uploadId: string,
  reading: FormatHints & { readonly defaultCountry: string },
): Promise<SeenUpload> {
  const upload = await findUpload(sql, owner, uploadId);
  try {
    const defaultCountry = reading.defaultCountry as CountryCode;
    const look = () => previewFile(storedFile(sql, upload), { ...reading, defaultCountry });
    return { upload, preview: await inPreviewTurn(owner.environmentId, look) };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UserProblemError(problem('INVALID_VALUE', 'input.upload', error.message));
  }
}
