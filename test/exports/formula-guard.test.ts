import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from '../../src/domain/spreadsheets/csv-line.ts';
import { protectCell, unprotectCell } from '../../src/domain/spreadsheets/formula-guard.ts';

/** Texts of the signs that matter, in all orders. */
const cells = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'=\'+-@;,"\t\r\n\0 \ufeff\u200b\u00a0＝＋－＠1a|'.split('')), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('+14155550001', "'+14155550001", "''=A1", "'\t", 'x;=A1', "it's; -1"),
);

/** What begins a formula in Excel, LibreOffice, Sheets or Numbers, with what they skip before it. */
const BEGINS_A_FORMULA = /^[\s\0\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n\0]/u;
const E164 = /^\+[1-9]\d{6,14}$/;

test('what is protected comes back as it was, whatever it is', () => {
  fc.assert(
    fc.property(cells, (text) => {
      expect(unprotectCell(protectCell(text))).toBe(text);
    }),
    { numRuns: 20_000 },
  );
});

test('no cell begins like a formula, also where a program splits it at ; or a line break', () => {
  fc.assert(
    fc.property(cells, (text) => {
      const cell = protectCell(text);
      if (E164.test(text)) expect(cell).toBe(text);
      else expect(cell).not.toMatch(BEGINS_A_FORMULA);
      for (const piece of cell.split(/[;\t\r\n]/).slice(1)) expect(piece).not.toMatch(/^[\s\0\p{Cf}]*[=+\-@＝＋－＠]/u);
    }),
    { numRuns: 20_000 },
  );
});

test('a text that is safe is left alone, both ways', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abc\'";, 1é€–'.split('')), maxLength: 12 }), (text) => {
      expect(protectCell(text)).toBe(text);
      expect(unprotectCell(text)).toBe(text);
    }),
  );
});

test.for([
  ['=HYPERLINK("http://evil.example","Click")', '\'=HYPERLINK("http://evil.example","Click")'],
  ["@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"],
  ['-2+3', "'-2+3"],
  ['+1 (415) 555-0001', "'+1 (415) 555-0001"],
  ['\t=A1', "'\t'=A1"],
  ['\r=A1', "'\r'=A1"],
  ['\ufeff=A1', "'\ufeff=A1"],
  [' \u00a0=A1', "' \u00a0=A1"],
  ['\uff1dA1', "'\uff1dA1"],
  ["'=A1", "''=A1"],
  ['x;=A1', "x;'=A1"],
  ['Notes:\n- one', "Notes:\n'- one"],
  ['+14155550001', '+14155550001'],
  ["Don't call; ever", "Don't call; ever"],
  ['', ''],
])('%j is written as %j', ([text, cell]) => {
  expect(protectCell(text!)).toBe(cell);
  expect(unprotectCell(cell!)).toBe(text);
});

test('a record is quoted where it must be (RFC 4180)', () => {
  expect(csvLine(['a', null, '', 'b,c', 'd"e', 'f\ng', ' h', 'i;j'])).toBe('a,,,"b,c","d""e","f\ng"," h",i;j\r\n');
});
