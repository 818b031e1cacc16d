import { expect, it } from 'vitest';
import { readRows } from '../../src/domain/spreadsheets/read-rows.ts';
import { allRows, bytesFile, csv, lines, refusal, textFile } from './sources.ts';

it('gives batches of at most 500 rows', async () => {
  const sizes: number[] = [];
  const numbers = Array.from({ length: 1_700 }, (_, n) => `415555${1_000 + n}`);
  for await (const batch of readRows(textFile(numbers.join('\n')), csv)) sizes.push(batch.length);
  expect(Math.max(...sizes)).toBe(500);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(1_700);
});

it('gives the header and what is above it to who asks, never the line that names the delimiter', async () => {
  const file = textFile('sep=,\r\nReport\r\nPhone,Note\r\n4155550101,"a"\r\n');
  const format = { ...csv, headerLine: 3 };
  expect(await lines(file, format)).toEqual([[4, '4155550101', 'a']]);
  const rows = await allRows(file, format, { withHeader: true, raw: true });
  expect(rows.map(({ line, raw }) => [line, raw])).toEqual([
    [2, 'Report'],
    [3, 'Phone,Note'],
    [4, '4155550101,"a"'],
  ]);
});

it('reads a record that is no UTF-8 as Windows-1252, wherever the first one comes', async () => {
  const plain = '4155550101,Zoë said “no”\n'.repeat(20_000);
  const late = Buffer.from('4155550102,Pidi\xf3 \x80,"5\xb4\n\xe9"\n4155550103,', 'latin1');
  const file = bytesFile(Buffer.concat([Buffer.from(plain), late, Buffer.from('José\n')]), 1_000);
  const rows = await allRows(file, csv, { raw: true });
  expect(rows[19_999]!.cells[1]).toBe('Zoë said “no”');
  expect(rows.slice(20_000)).toEqual([
    { line: 20_001, cells: ['4155550102', 'Pidió €', '5´\né'], raw: '4155550102,Pidió €,"5´\né"', lineEnd: '\n' },
    { line: 20_003, cells: ['4155550103', 'José'], raw: '4155550103,José', lineEnd: '\n' },
  ]);
});

it('counts lines and empty rows through all kinds of line ends, also cut in two', async () => {
  const text = '\r\n\r1\n\n\r\n2\r\r\n3,"a\r\nb\rc\nd"\r\n \n,,\r4';
  const expected = [
    [3, '1'],
    [6, '2'],
    [8, '3', 'a\r\nb\rc\nd'],
    [14, '4'],
  ];
  for (let size = 1; size < 9; size++) {
    const stats = { emptyRows: 0 };
    expect(await lines(bytesFile(Buffer.from(text), size), csv, { stats })).toEqual(expected);
    expect(stats.emptyRows).toBe(7);
  }
});

it('keeps ragged rows as they are', async () => {
  expect(await lines(textFile('a\nb,c,d\n,e\n'))).toEqual([
    [1, 'a'],
    [2, 'b', 'c', 'd'],
    [3, '', 'e'],
  ]);
});

it('takes a quotation mark that closes too early for a sign, in a record of one line', async () => {
  expect(await lines(textFile('1,"Bob" Smith\n2,"6"" pipe"\n'))).toEqual([
    [1, '1', '"Bob" Smith'],
    [2, '2', '6" pipe'],
  ]);
});

it.each([
  ['to the end', '1,a\n2,"b\n3,c\n'],
  ['to the next quotation mark', '1,"a"\n2,"b\n3,c\n4,"d"\n5,e\n'],
  ['in the last line', '1,a\n"'],
  ['to the next quoted row', '1,a\n2,"b\n"3","c"\n'],
])('a quotation mark that is open %s swallows no rows: the file is refused', async (_, text) => {
  expect(await refusal(textFile(text))).toMatchObject({ code: 'UNCLOSED_QUOTE', message: /opens in line 2 / });
  const inside = `"x\ny"\n`.repeat(3) + text;
  expect(await refusal(textFile(inside))).toMatchObject({ code: 'UNCLOSED_QUOTE', message: /opens in line 8 / });
});

it.each([
  ['a line that never ends', 'LINE_TOO_LONG', /Line 2 is longer than 256 kB/, `1\n${'x'.repeat(300_000)}`],
  ['a quotation mark over a megabyte', 'UNCLOSED_QUOTE', /line 2 /, `1\n"${'x\n'.repeat(600_000)}"\n`],
  [
    'more columns than a sheet has',
    'TOO_MANY_COLUMNS',
    /Line 2 has more than 16,384 columns/,
    `1\n${','.repeat(16_384)}1\n`,
  ],
])('refuses %s', async (_, code, message, text) => {
  expect(await refusal(textFile(text))).toEqual({ code, message: expect.stringMatching(message) });
});

it('reads as many columns as a sheet has, and records of almost the limit', async () => {
  const [row] = await allRows(textFile(`${','.repeat(16_383)}1\n`));
  expect(row!.cells).toHaveLength(16_384);
  expect(await allRows(textFile(`"${'x\n'.repeat(120_000)}",1\n`))).toHaveLength(1);
});

it('stops at the limit of empty lines, rows of commas among them', async () => {
  const limits = { emptyRows: 1_000 };
  expect(await refusal(textFile(`1\n${'\r\n'.repeat(1_001)}`), csv, { limits })).toEqual({
    code: 'TOO_MANY_LINES',
    message: 'The file has more than 1,000 empty lines. Delete them and upload it again.',
  });
  expect(await refusal(textFile(`1\n${',,\n'.repeat(1_001)}`), csv, { limits })).toMatchObject({
    code: 'TOO_MANY_LINES',
  });
  expect(await refusal(textFile(`1\n${'\n'.repeat(500)}2${',\n'.repeat(501)}`), csv, { limits })).toBeNull();
});

it('says nothing of what is in the file', async () => {
  const { message } = (await refusal(textFile('+14155550101,"+14155550102\n+14155550103')))!;
  expect(message).not.toMatch(/\d{4}/);
});

it('passes on what the file itself can’t be read for', async () => {
  const failing = {
    ...textFile('1\n'),
    stream: () => bytesFile(Buffer.from('1\n2\n')).stream().destroy(new Error('gone')),
  };
  expect(await refusal(failing)).toEqual({ code: undefined, message: 'gone' });
});
