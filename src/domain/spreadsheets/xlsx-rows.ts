import { type FileLimits, type FileRow, fileLimits, type ReadStats } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { refuseOtherZips } from './workbook-kind.ts';
import { readSharedTexts } from './xlsx-shared-texts.ts';
import { SheetXml } from './xlsx-sheet.ts';
import { readDateStyles } from './xlsx-styles.ts';
import { SheetTable } from './xlsx-table.ts';
import { readWorkbook, type Workbook } from './xlsx-workbook.ts';
import { XmlReader } from './xml-reader.ts';
import { ZipFile } from './zip-file.ts';

/** Few bytes can name cells that are far apart, and all between them are made: so few bytes are read at once. */
const SLICE_BYTES = 4 * 1024;

/** Of a sample: enough for hundreds of long rows. Cells that share a text of 32 kB would make gigabytes of a small file. */
const SAMPLE_CHARACTERS = 4 * 1024 ** 2;

interface Reading {
  readonly limits: FileLimits;
  readonly stats: ReadStats;
}

/**
 * The rows of the first sheet, some at a time.
 * @throws UnreadableFileError
 */
export async function* xlsxRows(source: FileSource, reading: Reading): AsyncGenerator<FileRow[], void> {
  const zip = await ZipFile.open(source);
  const workbook = await readWorkbook(zip);
  const texts = await readSharedTexts(zip, workbook.sharedTexts, reading.limits);
  for await (const { rows } of sheetRows(zip, workbook, (index) => texts.at(index), reading)) yield rows;
}

export interface XlsxSample {
  readonly sheet: string;
  readonly rows: FileRow[];
  /** As the sheet says; null when it doesn't. */
  readonly declaredRows: number | null;
  /** There are no more rows than these. */
  readonly isWhole: boolean;
}

/**
 * The first rows of the first sheet. Of the shared texts, which may be most of the file, only those up to the last that
 * these rows name: the rows are read twice, once to find out.
 * @throws UnreadableFileError
 */
export async function xlsxSample(source: FileSource, most: number): Promise<XlsxSample> {
  const zip = await ZipFile.open(source);
  refuseOtherZips(zip);
  const workbook = await readWorkbook(zip);
  let needed = 0;
  const find = (index: number) => {
    needed = Math.max(needed, index + 1);
    return '?';
  };
  await firstRows(zip, workbook, find, most);
  const texts = await readSharedTexts(zip, workbook.sharedTexts, fileLimits, needed);
  const sample = await firstRows(zip, workbook, (index) => texts.at(index), most);
  return { sheet: workbook.sheetName, ...sample };
}

async function firstRows(zip: ZipFile, workbook: Workbook, textAt: (index: number) => string, most: number) {
  const rows: FileRow[] = [];
  let declaredRows: number | null = null;
  let characters = 0;
  let isWhole = true;
  for await (const found of sheetRows(zip, workbook, textAt, { limits: fileLimits, stats: { emptyRows: 0 } })) {
    declaredRows = found.declaredRows;
    for (const row of found.rows) {
      isWhole = rows.length < most && characters < SAMPLE_CHARACTERS;
      if (!isWhole) break;
      rows.push(row);
      for (const cell of row.cells) characters += cell.length;
    }
    if (!isWhole) break;
  }
  return { rows, declaredRows, isWhole };
}

interface SomeRows {
  readonly rows: FileRow[];
  readonly declaredRows: number | null;
}

async function* sheetRows(
  zip: ZipFile,
  workbook: Workbook,
  textAt: (index: number) => string,
  { limits, stats }: Reading,
): AsyncGenerator<SomeRows, void> {
  const { sheet, styles, countsFrom1904 } = workbook;
  const table = new SheetTable(limits, stats);
  const xml = new SheetXml(table, { textAt, dateStyles: await readDateStyles(zip, styles), countsFrom1904 });
  const reader = new XmlReader(xml);
  for await (const chunk of zip.read(sheet, limits.sheetBytes)) {
    for (let at = 0; at < chunk.length && !xml.isDone; at += SLICE_BYTES) {
      const slice = chunk.subarray(at, at + SLICE_BYTES);
      table.bytesRead += slice.length;
      reader.write(slice);
      if (table.isFull) yield { rows: table.take(), declaredRows: xml.declaredRows };
    }
    if (xml.isDone) break;
  }
  if (!xml.isDone) reader.end();
  yield { rows: table.take(), declaredRows: xml.declaredRows };
}
