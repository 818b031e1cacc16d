import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { detectFormat } from '../../src/domain/spreadsheets/detect-format.ts';
import type { FileEncoding } from '../../src/domain/spreadsheets/file-format.ts';
import { windows1252 } from '../../src/domain/spreadsheets/text-encoding.ts';
import { allRows, bytesFile } from './sources.ts';

const delimiters = [',', ';', '\t', '|'] as const;
const lineEnds = ['\n', '\r\n', '\r'] as const;
const plain = fc.string({ unit: fc.constantFrom(...'ab1 "\'+-;,|\t\n\r\0é€’'), maxLength: 8 });
/** What Windows-1252 has too, and what it doesn't. */
const cellOf = (encoding: FileEncoding) =>
  encoding === 'WINDOWS1252' ? plain : fc.oneof(plain, fc.string({ unit: 'grapheme', maxLength: 6 }));

interface Written {
  readonly encoding: FileEncoding;
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly quoted: boolean;
  readonly hasMark: boolean;
  readonly endsOpen: boolean;
  readonly table: string[][];
}

const written: fc.Arbitrary<Written> = fc
  .constantFrom<FileEncoding>('UTF8', 'UTF16LE', 'UTF16BE', 'WINDOWS1252')
  .chain((encoding) =>
    fc.record({
      encoding: fc.constant(encoding),
      delimiter: fc.constantFrom(...delimiters),
      lineEnd: fc.constantFrom(...lineEnds),
      quoted: fc.boolean(),
      hasMark: fc.boolean(),
      endsOpen: fc.boolean(),
      table: fc.array(fc.array(cellOf(encoding), { minLength: 1, maxLength: 5 }).filter(hasText), { maxLength: 12 }),
    }),
  );

function hasText(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => /[^\s\0\ufeff]/.test(cell)) && !/^"?sep=/i.test(cells[0]!) && !cells[0]!.startsWith('\ufeff')
  );
}

function text({ delimiter, lineEnd, quoted, endsOpen, table }: Written): string {
  const all = stringify(table, { delimiter, record_delimiter: lineEnd, quoted, quoted_match: /[\r\n"]|^\s/ });
  return endsOpen ? all.slice(0, all.length - lineEnd.length) : all;
}

function encoded(text: string, encoding: FileEncoding, hasMark: boolean): Buffer {
  const marked = hasMark ? `\ufeff${text}` : text;
  if (encoding === 'UTF8') return Buffer.from(marked);
  if (encoding === 'UTF16LE') return Buffer.from(marked, 'utf16le');
  if (encoding === 'UTF16BE') return Buffer.from(marked, 'utf16le').swap16();
  return Buffer.from(Array.from(text, (sign) => windowsBytes.get(sign)!));
}

const windowsBytes = new Map(Array.from({ length: 256 }, (_, byte) => [windows1252(Buffer.from([byte])), byte]));

/** Where each record begins, by an editor's count. */
function lineNumbers(table: readonly string[][]): number[] {
  let line = 1;
  return table.map((cells) => {
    const begins = line;
    line += 1 + (cells.join('\0').match(/\r\n|\n|\r/g)?.length ?? 0);
    return begins;
  });
}

const pieceBytes = fc.constantFrom(1, 2, 3, 5, 16, 65_536);

it('reads any table back as it was written, with the line of every row', async () => {
  await fc.assert(
    fc.asyncProperty(written, pieceBytes, async (file, size) => {
      const { encoding, delimiter, hasMark, table } = file;
      const source = bytesFile(encoded(text(file), encoding, hasMark), size);
      const rows = await allRows(source, { kind: 'CSV', encoding, delimiter, headerLine: null });
      expect(rows.map(({ cells }) => cells)).toEqual(table);
      expect(rows.map(({ line }) => line)).toEqual(lineNumbers(table));
    }),
    { numRuns: 1_000 },
  );
});

it('gives every record as it stood: put together again they are the file', async () => {
  await fc.assert(
    fc.asyncProperty(written, pieceBytes, async (file, size) => {
      const { encoding, delimiter, hasMark } = file;
      const source = bytesFile(encoded(text(file), encoding, hasMark), size);
      const rows = await allRows(source, { kind: 'CSV', encoding, delimiter, headerLine: null }, { raw: true });
      expect(rows.map(({ raw, lineEnd }) => raw! + lineEnd!).join('')).toBe(text(file));
    }),
    { numRuns: 500 },
  );
});

const lists = fc.record({
  encoding: fc.constantFrom<FileEncoding>('UTF8', 'UTF16LE', 'UTF16BE', 'WINDOWS1252'),
  delimiter: fc.constantFrom(...delimiters),
  lineEnd: fc.constantFrom(...lineEnds),
  quoted: fc.boolean(),
  titles: fc.array(fc.constantFrom('Do-not-call report', 'Exported by Ana', 'março'), { maxLength: 3 }),
  header: fc.constantFrom(
    null,
    ['Name', 'Phone', 'Reason'],
    ['Nombre', 'Teléfono', 'Motivo'],
    ['who', 'msisdn', 'why'],
  ),
  rows: fc.array(
    fc.tuple(
      fc.constantFrom('Zoë', 'Smith, John', 'a;b', 'x|y'),
      fc.integer({ min: 2_000_000_000, max: 9_999_999_999 }).map(String),
      fc.constantFrom('', 'asked, twice', '1,5'),
    ),
    { minLength: 3, maxLength: 30 },
  ),
});

it('finds encoding, delimiter and header of a list by itself', async () => {
  await fc.assert(
    fc.asyncProperty(lists, async ({ encoding, delimiter, lineEnd, quoted, titles, header, rows }) => {
      const above = header ? titles.map((title) => [title]) : [];
      const table = [...above, ...(header ? [header] : []), ...rows];
      const csv = stringify(table, { delimiter, record_delimiter: lineEnd, quoted });
      // Nobody writes UTF-16 without a mark but with few Latin letters; of UTF-8 and ASCII either will do.
      const bytes = encoded(csv, encoding, encoding !== 'UTF8');
      const found = await detectFormat(bytesFile(bytes));
      expect(found).toMatchObject({ kind: 'CSV', delimiter, headerLine: header ? above.length + 1 : null });
      expect((await allRows(bytesFile(bytes), found)).map(({ cells }) => cells)).toEqual(rows);
    }),
    { numRuns: 300 },
  );
});
