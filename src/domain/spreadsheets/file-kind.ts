import type { FileSource } from './file-source.ts';
import { oleFileProblem } from './ole-file.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** How many bytes show what a file is. */
const KIND_BYTES = 1024;
/** Of the bytes; text has none but tabs and line ends, and a few that went wrong. */
const MOST_CONTROLS = 0.05;

export const SAVE_AGAIN = 'Open it in your spreadsheet program, save it as .xlsx or CSV, and upload it again.';
const COPY_TABLE = 'Copy its table into a sheet, and save that as .xlsx or CSV.';

/** What other files begin with, in Latin-1; of texts without blanks before it and in small letters. */
const others: readonly (readonly [what: string, remedy: string, ...starts: string[]])[] = [
  ['a PDF', 'Export the table from where the PDF came from, as CSV or .xlsx.', '%pdf-'],
  ['an image', 'Put the numbers into a sheet.', '\x89png', '\xff\xd8\xff', 'gif8', 'ii*\0', 'mm\0*'],
  [
    'a packed file',
    'Unpack it, and upload what is in it.',
    '\x1f\x8b',
    'bzh91ay',
    '7z\xbc\xaf',
    'rar!\x1a',
    '\xfd7zxz',
  ],
  ['a text document', COPY_TABLE, '{\\rtf'],
  ['a web page', SAVE_AGAIN, '<!doctype', '<html', '<head', '<meta', '<style', '<table', '<div'],
  ['an XML file', SAVE_AGAIN, '<?xml', '<?mso'],
  ['a JSON file', 'Export the table as CSV.', '{"', '[{', '[['],
  ['a database', 'Export the table as CSV.', 'sqlite format 3\0', '\0\x01\0\0standard'],
];
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
const ZIP = ['pk\x03\x04', 'pk\x05\x06'];
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/**
 * Whether a file is text, or packed as workbooks are: by what is in it, whatever its name says.
 * @throws UnreadableFileError when it is something else
 */
export async function fileKind(source: FileSource, start: Buffer): Promise<'TEXT' | 'ZIP'> {
  if (start.length === 0) throw emptyFile();
  const text = start.toString('latin1', 0, KIND_BYTES);
  if (text.startsWith(OLE)) throw await oleFileProblem(source);
  const plain = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(3) : text).trimStart().toLowerCase();
  const beginsWith = (sign: string) => plain.startsWith(sign);
  if (ZIP.some(beginsWith)) return 'ZIP';
  for (const [what, remedy, ...starts] of others) if (starts.some(beginsWith)) throw notATable(what, remedy);
  return 'TEXT';
}

/** @throws UnreadableFileError when this beginning of a text file, in UTF-8, is no text */
export function refuseBinary(text: Buffer): void {
  let controls = 0;
  for (const byte of text) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) controls += 1;
  if (controls > text.length * MOST_CONTROLS) throw notATable('no text file', SAVE_AGAIN);
}

export function notATable(what: string, remedy: string): UnreadableFileError {
  return new UnreadableFileError('NOT_A_TABLE', `This is ${what}, not a table. ${remedy}`);
}

export function emptyFile(): UnreadableFileError {
  return new UnreadableFileError('EMPTY_FILE', 'There is nothing in the file. Upload one with phone numbers in it.');
}
