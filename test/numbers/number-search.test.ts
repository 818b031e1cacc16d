import { describe, expect, it } from 'vitest';
import { searchDigits } from '../../src/domain/numbers/number-search.ts';
import { undoSpreadsheetNumber } from '../../src/domain/numbers/spreadsheet-number.ts';

describe('R6.1 part of a number', () => {
  it.each([
    ['(415) 123', '415123', false],
    ['4567', '4567', false],
    ['+1 415', '1415', true],
    [' (+1) 415', '1415', true],
    ['＋１ ４１５', '1415', true],
    ['४५६७', '4567', false],
    ['\u202a415\u202c', '415', false],
  ])('%j', (text, digits, anchored) => {
    expect(searchDigits(text)).toEqual({ ok: true, search: { digits, anchored } });
  });

  it.each([
    ['', 'NOTHING_TO_SEARCH'],
    ['+ ()', 'NOTHING_TO_SEARCH'],
    ['415 abc', 'LETTERS'],
    ['1234567890123456', 'TOO_MANY_DIGITS'],
    ['1'.repeat(1000), 'TOO_MANY_DIGITS'],
  ])('%j has nothing to search: %s', (text, code) => {
    expect(searchDigits(text)).toMatchObject({ ok: false, problem: { code } });
  });
});

describe('R2.2 a spreadsheet’s number is undone only when no digit is lost', () => {
  it.each([
    ['4.155551234E9', '4155551234'],
    ['1.4155551234E+10', '14155551234'],
    ['4,155551234E+09', '4155551234'],
    ['4155551234.0', '4155551234'],
    ['4.15555E+09', null],
    ['4.1555512345E9', null],
    ['+14151234567', null],
    ['4155551234', null],
  ])('%s is %s', (raw, expected) => {
    expect(undoSpreadsheetNumber(raw)).toBe(expected);
  });
});
