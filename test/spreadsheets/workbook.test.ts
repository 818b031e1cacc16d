import { expect, it } from 'vitest';
import { dateText, numberText } from '../../src/domain/spreadsheets/cell-text.ts';
import { previewFile } from '../../src/domain/spreadsheets/preview-file.ts';
import { readRows } from '../../src/domain/spreadsheets/read-rows.ts';
import { xlsxSample } from '../../src/domain/spreadsheets/xlsx-rows.ts';
import { SharedTexts } from '../../src/domain/spreadsheets/xlsx-shared-texts.ts';
import { showsDays } from '../../src/domain/spreadsheets/xlsx-styles.ts';
import { inlineRows, sheetXml, workbookBytes, workbookParts } from '../fixtures/workbook-bytes.ts';
import { zipBytes } from '../fixtures/zip-bytes.ts';
import { allRows, bytesFile, lines, refusal, xlsx } from './sources.ts';

function sheet(rows: string, more: object = {}) {
  return bytesFile(workbookBytes({ sheets: [{ name: 'Sheet1', rows }], ...more }));
}

it.each([
  ['4155551234', '4155551234'],
  ['4.155551234E9', '4155551234'],
  ['4.1555512340000000E+09', '4155551234'],
  ['12345678901234567890', '12345678901234567890'],
  ['-5', '-5'],
  ['0.10000000000000001', '0.1'],
  ['1E-3', '0.001'],
  ['1e21', '1000000000000000000000'],
  ['1E999', '1E999'],
  ['n/a', 'n/a'],
  [' 7 ', '7'],
])('the number cell %s is %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

it.each([
  ['46085', '2026-03-04', false],
  ['46085.437500000001', '2026-03-04T10:30:00', false],
  ['46084.999999999', '2026-03-04', false],
  ['1', '1900-01-01', false],
  ['59', '1900-02-28', false],
  ['61', '1900-03-01', false],
  ['44623', '2026-03-04', true],
  ['2958465', '9999-12-31', false],
  ['2958466', null, false],
  ['4155551234', null, false],
  ['0.5', null, false],
  ['', null, false],
  ['soon', null, false],
])('the day %s is %s', (value, text, countsFrom1904) => {
  expect(dateText(value, countsFrom1904)).toBe(text);
});

it('knows which formats show days', () => {
  const days = ['yyyy-mm-dd', 'd. mmmm', 'mmm', 'dd/mm/yyyy hh:mm', '[$-409]m/d/yy h:mm AM/PM;@', 'yyyy"年"m"月"'];
  const others = [
    'General',
    '0.00',
    'h:mm',
    'mm:ss.0',
    '[h]:mm',
    '"day" 0',
    '\\d0',
    '[Red]0',
    '#,##0_d',
    '@',
    '[Magenta]General',
  ];
  expect(days.filter((format) => !showsDays(format))).toEqual([]);
  expect(others.filter(showsDays)).toEqual([]);
});

it('takes a format that Excel would not allow for no date, at once', () => {
  expect(showsDays('m'.repeat(255))).toBe(true);
  const start = performance.now();
  for (const sign of ['m', '"', '[', '[h', '\\']) expect(showsDays(`${sign.repeat(60_000)}s`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(500);
});

it('a sample holds only so much text, however little names it', async () => {
  const row = `<row>${'<c t="s"><v>0</v></c>'.repeat(7)}</row>`;
  const sharedTexts = `<si><t>${'x'.repeat(32_000)}</t></si>`;
  const { rows, isWhole } = await xlsxSample(sheet(row.repeat(2_000), { sharedTexts }), 200);
  expect(isWhole).toBe(false);
  expect(rows).toHaveLength(Math.ceil((4 * 1024 ** 2) / (7 * 32_000)));
});

it('keeps shared texts, also over the ends of its blocks', () => {
  const texts = new SharedTexts(2 ** 23);
  const kept = Array.from({ length: 3_000 }, (_, n) => `${n}é${'x'.repeat(n)}`);
  for (const text of kept) texts.add(text);
  expect(kept.every((text, n) => texts.at(n) === text)).toBe(true);
  expect(() => texts.at(3_000)).toThrow(/damaged/);
  expect(() => texts.at(0.5)).toThrow(/damaged/);
});

it('a sample reads of the shared texts only those that its rows name', async () => {
  const many = Array.from({ length: 30_000 }, (_, n) => `<si><t>text ${n}</t></si>`);
  const rows = Array.from(
    { length: 30_000 },
    (_, n) => `<row><c t="s"><v>${n}</v></c><c><v>${4155550000 + n}</v></c></row>`,
  );
  // Cut short behind what a sample needs: reading all of them fails, so the sample has not.
  const file = sheet(rows.join(''), { sharedTexts: `${many.join('')}<si>` });
  const shown = await previewFile(file, { defaultCountry: 'US' });
  expect(shown.rows[1]).toEqual({ line: 2, cells: ['text 1', '4155550001'] });
  expect(await refusal(file, xlsx)).toMatchObject({ code: 'DAMAGED' });
});

it('gives large sheets in batches, and stops where its reader stops', async () => {
  const rows = Array.from({ length: 5_000 }, (_, n) => [String(4155550000 + n), 'x'.repeat(50)]);
  const file = bytesFile(workbookBytes({ sheets: [{ name: 'Sheet1', rows: inlineRows(rows) }], deflated: true }));
  const sizes: number[] = [];
  for await (const batch of readRows(file, xlsx)) sizes.push(batch.length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(5_000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  let opened = 0;
  let closed = 0;
  const counting = {
    ...file,
    stream(start?: number, end?: number) {
      opened += 1;
      return file.stream(start, end).on('close', () => {
        closed += 1;
      });
    },
  };
  for await (const _ of readRows(counting, xlsx)) break;
  await new Promise(setImmediate);
  expect(closed).toBe(opened);
});

it('does not read on behind the rows', async () => {
  const parts = workbookParts({ sheets: [{ name: 'Sheet1', rows: '' }] }).map((part) =>
    part.name.includes('sheet1')
      ? { ...part, data: sheetXml(inlineRows([['1']])).replace('<pageMargins', `${'<rule/>'.repeat(5_000)}<broken <`) }
      : part,
  );
  expect(await lines(bytesFile(zipBytes(parts)), xlsx)).toEqual([[1, '1']]);
});

it.each([
  ['rows that go back', '<row r="5"/><row r="5"/>', 'DAMAGED', /damaged/],
  ['a row beyond the last', '<row r="1048577"/>', 'TOO_MANY_LINES', /1,048,576 rows/],
  ['a row that is no number', '<row r="1.5"/>', 'DAMAGED', /damaged/],
  ['a column beyond the last', '<row r="1"><c r="XFE1"/></row>', 'TOO_MANY_COLUMNS', /Row 1 .* 16,384 columns/],
  ['a reference that is none', '<row r="1"><c r="ABCD1"/></row>', 'DAMAGED', /damaged/],
  [
    'a text of a megabyte',
    `<row r="1"><c r="A1" t="str"><v>${'x'.repeat(2 ** 20)}</v></c></row>`,
    'LINE_TOO_LONG',
    /Row 1 /,
  ],
  [
    'too much text in a row',
    `<row r="3">${`<c t="str"><v>${'x'.repeat(30_000)}</v></c>`.repeat(9)}</row>`,
    'LINE_TOO_LONG',
    /Row 3 /,
  ],
])('refuses %s', async (_, rows, code, message) => {
  expect(await refusal(sheet(rows), xlsx)).toEqual({ code, message: expect.stringMatching(message) });
});

it('passes on what the file itself can’t be read for', async () => {
  const file = sheet(inlineRows([['1']]));
  const failing = { ...file, stream: () => file.stream().destroy(new Error('gone')) };
  expect(await refusal(failing, xlsx)).toEqual({ code: undefined, message: 'gone' });
});

it('reads the last row of Excel and its last column', async () => {
  const rows = await allRows(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), xlsx);
  expect(rows[0]!.line).toBe(1_048_576);
  expect(rows[0]!.cells).toHaveLength(16_384);
});
