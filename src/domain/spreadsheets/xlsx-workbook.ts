import { posix } from 'node:path';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { readXml } from './xml-reader.ts';
import { damaged, type ZipFile } from './zip-file.ts';

/** Of the parts that say where the others are. */
const MOST_BYTES = 16 * 1024 ** 2;
const MOST_SHEETS = 10_000;

/** Where the parts of a workbook are that its first sheet needs. */
export interface Workbook {
  /** As people named it. */
  readonly sheetName: string;
  readonly sheet: string;
  readonly sharedTexts: string | null;
  readonly styles: string | null;
  /** Days count from 1904, as once on the Macintosh. */
  readonly countsFrom1904: boolean;
}

interface Relation {
  readonly id: string;
  /** The last word of its type: `worksheet`, `sharedStrings`. */
  readonly type: string;
  readonly part: string;
}

/**
 * Finds the sheet that a person sees first: by the workbook's order, not by the names of its parts.
 * @throws UnreadableFileError
 */
export async function readWorkbook(zip: ZipFile): Promise<Workbook> {
  const part = (await relationsOf(zip, '')).find(({ type }) => type === 'officeDocument')?.part ?? 'xl/workbook.xml';
  const relations = await relationsOf(zip, part);
  const { sheets, countsFrom1904 } = await readSheets(zip, part);
  const tables = sheets.flatMap((sheet) => {
    const found = relations.find(({ id, type }) => id === sheet.id && type === 'worksheet');
    return found ? [{ ...sheet, part: found.part }] : [];
  });
  const first = tables.find(({ isHidden }) => !isHidden) ?? tables[0];
  if (!first)
    throw new UnreadableFileError('NOT_A_TABLE', 'The workbook has no sheet with rows. Add one, and upload it again.');
  const partOf = (wanted: string) => {
    const found = relations.find(({ type }) => type === wanted)?.part;
    return found !== undefined && zip.has(found) ? found : null;
  };
  return {
    sheetName: first.name,
    sheet: first.part,
    sharedTexts: partOf('sharedStrings'),
    styles: partOf('styles'),
    countsFrom1904,
  };
}

interface Sheet {
  readonly name: string;
  readonly id: string;
  readonly isHidden: boolean;
}

async function readSheets(zip: ZipFile, part: string): Promise<{ sheets: Sheet[]; countsFrom1904: boolean }> {
  const sheets: Sheet[] = [];
  let countsFrom1904 = false;
  await readXml(zip.read(part, MOST_BYTES), {
    open(name, attributes) {
      if (name === 'workbookPr') countsFrom1904 = isTrue(attributes.date1904);
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
      sheets.push({ name: attributes.name ?? '', id, isHidden: /hidden/i.test(attributes.state ?? '') });
      if (sheets.length > MOST_SHEETS) throw damaged();
    },
  });
  return { sheets, countsFrom1904 };
}

/** What a part refers to; of the part '' the whole file. */
async function relationsOf(zip: ZipFile, part: string): Promise<Relation[]> {
  const folder = posix.dirname(part);
  const path = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const relations: Relation[] = [];
  if (!zip.has(path)) return relations;
  await readXml(zip.read(path, MOST_BYTES), {
    open(name, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      if (name !== 'Relationship' || mode === 'External') return;
      const found = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      relations.push({ id, type: type.slice(type.lastIndexOf('/') + 1), part: found });
      if (relations.length > MOST_SHEETS) throw damaged();
    },
  });
  return relations;
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
