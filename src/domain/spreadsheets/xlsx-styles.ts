import { readXml } from './xml-reader.ts';
import { damaged, type ZipFile } from './zip-file.ts';

const MOST_BYTES = 64 * 1024 ** 2;
const MOST_STYLES = 100_000;
/** Excel allows no longer format; what is longer shows no day. */
const LONGEST_FORMAT = 255;

/** The numbers of the built-in formats that show days; 27 to 36 and 50 to 58 do in East Asia. */
const BUILT_IN: readonly (readonly [from: number, to: number])[] = [
  [14, 17],
  [22, 22],
  [27, 36],
  [50, 58],
];

/** Which styles of a workbook show a number as a day. */
export type DateStyles = ReadonlySet<number>;

export async function readDateStyles(zip: ZipFile, part: string | null): Promise<DateStyles> {
  const dates = new Set<number>();
  if (part === null) return dates;
  const formats = new Map<string, boolean>();
  let isInCells = false;
  let style = 0;
  await readXml(zip.read(part, MOST_BYTES), {
    open(name, { numFmtId = '0', formatCode = '' }) {
      if (name === 'numFmt') formats.set(numFmtId, showsDays(formatCode));
      else if (name === 'cellXfs') isInCells = true;
      else if (name === 'xf' && isInCells) {
        if (formats.get(numFmtId) ?? isBuiltInDate(Number(numFmtId))) dates.add(style);
        style += 1;
      }
      if (style > MOST_STYLES || formats.size > MOST_STYLES) throw damaged();
    },
    close(name) {
      if (name === 'cellXfs') isInCells = false;
    },
  });
  return dates;
}

function isBuiltInDate(format: number): boolean {
  return BUILT_IN.some(([from, to]) => format >= from && format <= to);
}

/** `yyyy-mm-dd` and `d. mmmm`; not `[h]:mm`, whose `m` are minutes, nor what is text or a colour in a format. */
export function showsDays(formatCode: string): boolean {
  if (formatCode.length > LONGEST_FORMAT) return false;
  const letters = formatCode
    .replace(/"[^"]*"?|\[(?![hms]+\])[^\]]*\]?|[\\_*]./gi, '')
    .split(';')[0]!
    .toLowerCase();
  if (/general/.test(letters)) return false;
  return /[yd]/.test(letters) || (letters.includes('m') && !/[hs]/.test(letters));
}
