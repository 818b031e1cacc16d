import { notATable, SAVE_AGAIN } from './file-kind.ts';
import type { ZipFile } from './zip-file.ts';

/** What packed files of other programs have in them. */
const others: readonly (readonly [part: RegExp, what: string, remedy: string])[] = [
  [/^xl\/workbook\.bin$/, 'a binary workbook (.xlsb)', SAVE_AGAIN],
  [/^content\.xml$/, 'an OpenDocument file', SAVE_AGAIN],
  [/\.iwa$|^index\.zip$/, 'a Numbers or Pages file', 'Export it to Excel (.xlsx) or CSV, and upload that.'],
  [/^(?:word|ppt)\//, 'a document', 'Copy its table into a sheet, and save that as .xlsx or CSV.'],
];

/** @throws UnreadableFileError when the packed file is no workbook */
export function refuseOtherZips(zip: ZipFile): void {
  if (zip.has('xl/workbook.xml')) return;
  const names = [...zip.names];
  const other = others.find(([part]) => names.some((name) => part.test(name)));
  if (other) throw notATable(other[1], other[2]);
  if (!zip.has('[Content_Types].xml')) throw notATable('a packed file', 'Unpack it, and upload what is in it.');
}
