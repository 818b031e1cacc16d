import { performance } from 'node:perf_hooks';
import { createDeflateRaw } from 'node:zlib';
import { detectFormat } from '../../src/domain/spreadsheets/detect-format.ts';
import type { FileFormat, FileLimits } from '../../src/domain/spreadsheets/file-format.ts';
import type { FileSource } from '../../src/domain/spreadsheets/file-source.ts';
import { inlineRows, workbookParts } from '../fixtures/workbook-bytes.ts';
import { type ZipPart, zipBytes } from '../fixtures/zip-bytes.ts';
import { bytesFile, csv, refusal, repeatedFile, xlsx } from './sources.ts';

/** Reads one bomb after the other; for each a line of JSON: what it ended in, after how long, and the most memory yet. */
const MB = 1024 ** 2;

type Bomb = [FileSource, FileFormat, Partial<FileLimits>?];

const bombs: Record<string, () => Promise<Bomb> | Bomb> = {
  'a billion empty lines': () => [repeatedFile(Buffer.alloc(MB, '\n'), 1_000), csv],
  'rows of commas without end': () => [
    repeatedFile(Buffer.from(',,,,,,,\r\n'.repeat(10_000)), 5_000),
    csv,
    { emptyRows: 1_000_000 },
  ],
  'a quote that is never closed, in a gigabyte': () => [
    repeatedFile(Buffer.from(`"${'4155550101\n'.repeat(100_000)}`), 1_000),
    csv,
  ],
  'a line of a gigabyte': () => [repeatedFile(Buffer.alloc(MB, 'x'), 1_000), csv],
  'a gigabyte of commas in one line': () => [repeatedFile(Buffer.alloc(MB, ','), 1_000), csv],
  'a sheet that unpacks to a thousand times its size': async () => [
    zip(await packed('xl/worksheets/sheet1.xml', '<row><c t="str"><v></v></c></row>', 200 * MB)),
    xlsx,
  ],
  'and says that it is small': async () => [
    zip({ ...(await packed('xl/worksheets/sheet1.xml', '<row/>', 200 * MB)), declaredSize: 100 }),
    xlsx,
  ],
  'and says that it is large': () => [
    zip({ name: 'xl/worksheets/sheet1.xml', data: '', deflated: true, declaredSize: 2 ** 31 }),
    xlsx,
  ],
  'shared texts without end': async () => [
    zip(await packed('xl/sharedStrings.xml', '<si><t>a text that is not the same as others</t></si>', 9 * MB, '<sst>')),
    xlsx,
    { sharedTextBytes: 4 * MB },
  ],
  'one text without end': async () => [zip(await packed('xl/sharedStrings.xml', 'x', 9 * MB)), xlsx],
  'cells at the far end of each row': () => [
    zip({
      name: 'xl/worksheets/sheet1.xml',
      data: `<w><sheetData>${'<row><c r="XFD1"><v>1</v></c></row>'.repeat(20_000)}</sheetData></w>`,
    }),
    xlsx,
  ],
  'elements in each other without end': async () => [
    zip(await packed('xl/worksheets/sheet1.xml', '<a>', 9 * MB)),
    xlsx,
  ],
  'attributes without end': async () => [
    zip(await packed('xl/worksheets/sheet1.xml', 'abcdefg', 9 * MB, '<row ')),
    xlsx,
  ],
  'a billion laughs': () => [
    zip({
      name: 'xl/worksheets/sheet1.xml',
      data: '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><w><sheetData><row><c><v>&b;</v></c></row></sheetData></w>',
    }),
    xlsx,
  ],
  'an entity of its own': () => [
    zip({ name: 'xl/worksheets/sheet1.xml', data: '<w><sheetData><row><c><v>&b;</v></c></row></sheetData></w>' }),
    xlsx,
  ],
  'ten thousand parts': () => [
    bytesFile(zipBytes(Array.from({ length: 10_000 }, (_, n) => ({ name: `xl/${n}`, data: '' })))),
    xlsx,
  ],
  'parts that share their bytes': () => [overlapping(), xlsx],
  'two parts of one name': () => [
    bytesFile(
      zipBytes([
        { name: 'xl/a', data: '1' },
        { name: 'XL/A', data: '2' },
      ]),
    ),
    xlsx,
  ],
};

/** A workbook of one empty sheet, in which one part is another. */
function zip(part: ZipPart): FileSource {
  const parts = workbookParts({ sheets: [{ name: 'Sheet1', rows: inlineRows([['1']]) }], sharedTexts: '' });
  return bytesFile(zipBytes(parts.map((other) => (other.name === part.name ? part : other))));
}

/** A part that unpacks to so many bytes of the same; made without ever holding them. */
async function packed(name: string, unit: string, bytes: number, start = '<w><sheetData>'): Promise<ZipPart> {
  const deflate = createDeflateRaw({ level: 9 });
  const chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  const block = Buffer.from(unit.repeat(Math.ceil(MB / unit.length)));
  deflate.write(start);
  for (let made = 0; made < bytes; made += block.length)
    await new Promise<void>((resolve) => deflate.write(block, () => resolve()));
  await new Promise<void>((resolve) => deflate.end(() => resolve()));
  return { name, data: Buffer.concat(chunks), packedFrom: { size: bytes, crc: 0 } };
}

/** All entries of the directory point to the first part. */
function overlapping(): FileSource {
  const bytes = zipBytes(Array.from({ length: 50 }, (_, n) => ({ name: `xl/${10 + n}`, data: 'x'.repeat(1_000) })));
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 1))
    bytes.writeUInt32LE(0, at + 42);
  return bytesFile(bytes);
}

for (const [name, bomb] of Object.entries(bombs)) {
  const [source, format, limits = {}] = await bomb();
  const start = performance.now();
  const code = (await refusal(source, format, { limits }))?.code ?? null;
  const looking = await detectFormat(source).then(
    () => null,
    (error: { code: string }) => error.code,
  );
  const ms = Math.round(performance.now() - start);
  console.log(JSON.stringify({ name, code, looking, ms, rssMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
}
