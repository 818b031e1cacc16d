import type { CountryCode } from 'libphonenumber-js/max';
import type { Sql } from '../../db/database.ts';
import { storedFile } from '../files/stored-file-source.ts';
import type { StoredFileInfo } from '../files/stored-files.ts';
import type { FormatHints } from '../spreadsheets/file-format.ts';
import { wrongHeader } from '../spreadsheets/format-hints.ts';
import { numberInHeader } from '../spreadsheets/header-number.ts';
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

export interface UploadReading extends FormatHints {
  readonly defaultCountry: string;
  /** Where the numbers will be taken from; null: from the column that looks like it. */
  readonly phoneColumns?: readonly number[] | null;
}

/**
 * @throws UserProblemError when there is no such upload of the owner's, or it can't be read as a table, or its header isn't
 * where it is said to be
 */
export async function lookAtUpload(
  sql: Sql,
  owner: UploadOwner,
  uploadId: string,
  reading: UploadReading,
): Promise<SeenUpload> {
  const upload = await findUpload(sql, owner, uploadId);
  try {
    const defaultCountry = reading.defaultCountry as CountryCode;
    const look = () => previewFile(storedFile(sql, upload), { ...reading, defaultCountry });
    const preview = await inPreviewTurn(owner.environmentId, look);
    assertHeader(preview, reading);
    return { upload, preview };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new UserProblemError(problem('INVALID_VALUE', 'input.upload', error.message));
  }
}

/** A header that was found, and columns that were guessed, are for a person to look at: a preview doesn't fail over them. */
function assertHeader({ head, guess }: FilePreview, reading: UploadReading): void {
  const isSaid = Boolean(reading.headerLine || reading.hasHeader);
  const columns = reading.phoneColumns ?? (isSaid ? [guess.phone ?? 0] : []);
  const line = numberInHeader(head, columns, reading.defaultCountry);
  if (line !== null) throw wrongHeader(reading, line);
}
