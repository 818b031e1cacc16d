import { type FileSource, readRange } from './file-source.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { encrypted } from './zip-file.ts';

const HEADER_BYTES = 512;
/** Of the directory of the file system inside of the file, as old Office programs write it. */
const DIRECTORY_BYTES = 16 * 1024;

/** What to do with an OLE file: it holds an old workbook, or a new one behind a password, or a document. */
export async function oleFileProblem(source: FileSource): Promise<UnreadableFileError> {
  const names = await namesIn(source);
  if (names.includes('EncryptedPackage')) return encrypted();
  if (names.includes('WordDocument') || names.includes('PowerPoint')) {
    return new UnreadableFileError(
      'NOT_A_TABLE',
      'This is a document, not a table. Copy its table into a sheet, and save that as .xlsx or CSV.',
    );
  }
  return new UnreadableFileError(
    'OLD_EXCEL',
    'This is an Excel file of the old kind (.xls). Open it in your spreadsheet program, save it as .xlsx or CSV, and upload it again.',
  );
}

/** The first sectors of the directory, whose entries begin with their names in UTF-16. */
async function namesIn(source: FileSource): Promise<string> {
  const header = await readRange(source, 0, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return '';
  const sectorBytes = 2 ** Math.min(header.readUInt16LE(30), 16);
  const directory = (header.readUInt32LE(48) + 1) * sectorBytes;
  return (await readRange(source, directory, directory + DIRECTORY_BYTES)).toString('utf16le');
}
