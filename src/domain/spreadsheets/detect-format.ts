import type { FileFormat, FormatHints } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { lookAtFile } from './look-at-file.ts';

/**
 * How a file is to be read, by its beginning; what a person says goes before what is found.
 * @throws UnreadableFileError, UserProblemError
 */
export async function detectFormat(source: FileSource, hints: FormatHints = {}): Promise<FileFormat> {
  return (await lookAtFile(source, hints)).format;
}
