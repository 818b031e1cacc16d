import { describe, expect, test } from 'vitest';
import type { EntryRow } from '../../src/changes/write-call.ts';
import { type ImportReading, phoneColumnOnly } from '../../src/domain/imports/import-input.ts';
import { importRowReader } from '../../src/domain/imports/read-import-row.ts';
import { protectCell } from '../../src/domain/spreadsheets/formula-guard.ts';

const reading: ImportReading = {
  columns: { phone: 0, reason: 1, evidence: 2, expiresAt: 3, requestedAt: 4, externalReference: 5, businessNumber: 6 },
  list: { id: 1, key: 'DNC', blocks: 3 },
  defaultCountry: 'US',
  now: '2026-11-25T12:00:00.000Z',
  review: 'APPROVED',
  reason: 'From the vendor',
  areOptOuts: false,
};
const optOuts: Partial<ImportReading> = { list: { id: 2, key: 'DNT', blocks: 2 }, areOptOuts: true };

function read(cells: Partial<Record<keyof ImportReading['columns'], string>>, more: Partial<ImportReading> = {}) {
  const row: string[] = [];
  for (const [field, place] of Object.entries(reading.columns)) row[place!] = cells[field as 'phone'] ?? '';
  return importRowReader({ ...reading, ...more })(row);
}

const expectRow = (found: ReturnType<typeof read>, row: Partial<EntryRow>, ...codes: string[]) => {
  expect(found.row).toMatchObject(row);
  expect(found.problems.map(({ code }) => code)).toEqual(codes);
  expect(found.problems.every(({ severity }) => severity === 'WARNING')).toBe(true);
};
const expectInvalid = (found: ReturnType<typeof read>, code: string, raw: string) => {
  expect(found).toMatchObject({ row: null, problems: [{ severity: 'INVALID', code, raw }] });
  expect(found.problems).toHaveLength(1);
};

test('a row brings what its columns have, and the rest from the import', () => {
  const found = read({
    phone: ' (415) 555-0101 x7',
    reason: 'Asked',
    evidence: 'https://calls.example/1',
    expiresAt: '2027-01-31T09:00:00Z',
    requestedAt: '2026-03-04',
    externalReference: 'lead-7',
    businessNumber: '(415) 555-0199',
  });
  expectRow(found, {
    phone: '+14155550101',
    raw: ' (415) 555-0101 x7',
    listId: 1,
    source: 'IMPORT',
    status: 'APPROVED',
    reason: 'Asked',
    evidence: 'https://calls.example/1',
    expiresAt: new Date('2027-01-31T09:00:00Z'),
    requestedAt: new Date('2026-03-04'),
    externalReference: 'lead-7',
    businessNumber: '+14155550199',
  });
  const bare = importRowReader({ ...reading, columns: phoneColumnOnly, review: 'FOR_REVIEW' })(['+14155550101', 'x']);
  expect(bare.row).toEqual({
    verb: 'ADD',
    phone: '+14155550101',
    listId: 1,
    source: 'IMPORT',
    status: 'PENDING',
    reason: 'From the vendor',
    evidence: null,
    externalReference: null,
    expiresAt: null,
  });
});

describe('R1.7: no fault in another column keeps a number off', () => {
  test.each([
    ['expiresAt', '31/12/2027', 'UNREADABLE_EXPIRY'],
    ['requestedAt', 'yesterday', 'UNREADABLE_DATE'],
    ['requestedAt', '2027-01-01', 'DATE_IN_THE_FUTURE'],
    ['evidence', 'e'.repeat(10_001), 'TEXT_TOO_LONG'],
    ['businessNumber', 'reception desk 2', 'UNREADABLE_BUSINESS_NUMBER'],
  ] as const)('%s %s', (field, cell, code) => {
    const found = read({ phone: '+14155550101', [field]: cell });
    expectRow(found, { phone: '+14155550101', status: 'PENDING', expiresAt: null }, code);
    expect(found.problems[0]!.raw).toBe(cell.slice(0, 512));
  });

  test('a permanent entry has no expiry, and several faults are several warnings', () => {
    const found = read({ phone: '+14155550101', expiresAt: '2027-01-31', requestedAt: '?' }, { review: 'PERMANENT' });
    expectRow(found, { status: 'PENDING', expiresAt: null }, 'EXPIRY_OF_PERMANENT', 'UNREADABLE_DATE');
  });

  test('but a readable expiry in the past is an error of the row', () => {
    expectInvalid(read({ phone: '+14155550101', expiresAt: '2020-01-01' }), 'EXPIRY_IN_THE_PAST', '2020-01-01');
  });

  test('of a time without a zone only the day is sure: the expiry lasts it out, the request is its first moment', () => {
    const found = read({ phone: '+14155550101', expiresAt: '2027-01-31 09:00:00', requestedAt: '2026-03-04T10:30' });
    expectRow(found, { expiresAt: new Date('2027-02-01T12:00:00Z'), requestedAt: new Date('2026-03-04') });
  });
});

describe('what spreadsheets do to numbers', () => {
  test.each(['4.155550101E9', '4,155550101E+09', '4155550101.0'])('%s has lost no digit', (cell) => {
    expectRow(
      read({ phone: cell }),
      { phone: '+14155550101', raw: cell, status: 'APPROVED' },
      'SPREADSHEET_NUMBER_UNDONE',
    );
  });

  test.each(['4.15555E+09', '4.1556E9'])('%s has, and is never guessed (R2.2)', (cell) => {
    expectInvalid(read({ phone: cell }), 'SPREADSHEET_NUMBER', cell);
  });

  test('the apostrophe that an export puts before a formula goes again', () => {
    const evil = '=HYPERLINK("http://evil.example")';
    const found = read({ phone: "'+14155550101", reason: protectCell(evil), externalReference: protectCell('-7') });
    expectRow(found, { phone: '+14155550101', reason: evil, externalReference: '-7' });
    expect(read({ phone: '+14155550101', reason: "'tis so" }).row!.reason).toBe("'tis so");
  });
});

describe('R4.6: opt-outs of another system', () => {
  test("are the persons' own word, approved, with date and business number", () => {
    const found = read({ phone: '4155550101', requestedAt: '2024-05-06', businessNumber: '55512' }, optOuts);
    expectRow(found, { listId: 2, endUserOptedOut: true, status: 'APPROVED', businessNumber: '55512' });
    expect(found.row!.requestedAt).toEqual(new Date('2024-05-06'));
  });

  test('are never refused over their format (R2.3)', () => {
    expectRow(read({ phone: 'ext. 12 of 555' }, optOuts), { phone: 'ext. 12 of 555' }, 'KEPT_AS_RECEIVED');
    expectInvalid(read({ phone: '  ' }, optOuts), 'EMPTY', '  ');
    expectInvalid(read({ phone: '911' }, optOuts), 'EMERGENCY_NUMBER', '911');
  });
});

test('what a database cannot hold is changed, in problems too', () => {
  expectInvalid(read({ phone: 'a\0b\ud800' }), 'LETTERS', 'a\ufffdb\ufffd');
  expect(read({ phone: '+14155550101', reason: 'x\0' }).row!.reason).toBe('x\ufffd');
});
