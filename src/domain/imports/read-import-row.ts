import type { CountryCode } from 'libphonenumber-js/max';
import type { EntryRow } from '../../changes/write-call.ts';
import { type ReadOptions, readEntryInput } from '../entries/entry-input.ts';
import { parseListable } from '../numbers/listed-number.ts';
import { undoSpreadsheetNumber } from '../numbers/spreadsheet-number.ts';
import { unprotectCell } from '../spreadsheets/formula-guard.ts';
import { type ImportColumns, type ImportReading, statusOf } from './import-input.ts';

/** Why a row of a file wasn't taken, or not as it was (invariant 9). */
export interface ImportProblem {
  readonly severity: 'INVALID' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** What stood in the cell that it is about, bounded. */
  readonly raw: string;
}

export interface ReadImportRow {
  /** Null when it can't be an entry: then the problem says why. */
  readonly row: EntryRow | null;
  /** The number, which may be readable though the row can't be an entry; null when nobody knows which one it is. */
  readonly phone: string | null;
  readonly problems: readonly ImportProblem[];
}

type Field = keyof ImportColumns;

/** Longest text that is kept of a cell with a problem. */
const MAX_RAW = 512;

/** Reads the rows of one file: only its number can keep a row off the list (R1.7). */
export function importRowReader(reading: ImportReading): (cells: readonly string[]) => ReadImportRow {
  const options: ReadOptions = {
    listId: reading.list.id,
    blocks: reading.list.blocks,
    source: 'IMPORT',
    status: statusOf[reading.review],
    reason: reading.reason,
    settings: reading,
    now: new Date(reading.now),
    areOptOuts: reading.areOptOuts,
  };
  return (cells) => readRow(cells, reading, options);
}

function readRow(cells: readonly string[], reading: ImportReading, options: ReadOptions): ReadImportRow {
  const cellOf = (field: Field): string => cells[reading.columns[field] ?? -1] ?? '';
  const textOf = (field: Field): string => unprotectCell(cellOf(field));
  const about = (field: Field, problem: Omit<ImportProblem, 'raw'>): ImportProblem => ({
    ...problem,
    raw: bounded(cellOf(field)),
  });
  const phone = textOf('phone');
  const undone = undoSpreadsheetNumber(phone);
  const entry = readEntryInput(
    {
      phone: undone ?? phone,
      reason: textOf('reason'),
      evidence: textOf('evidence'),
      expiresAt: withoutTime(textOf('expiresAt')),
      requestedAt: withoutTime(textOf('requestedAt')),
      externalReference: textOf('externalReference'),
    },
    options,
  );
  if (!entry.ok) {
    const { code, message, remedy } = entry.problem;
    const field = code === 'EXPIRY_IN_THE_PAST' ? 'expiresAt' : 'phone';
    const problems = [about(field, { severity: 'INVALID', code, message: `${message} ${remedy}` })];
    return { row: null, phone: entry.phone ?? null, problems };
  }
  const warnings = entry.warnings.map(({ field, code, message }) =>
    about(field, { severity: 'WARNING', code, message }),
  );
  if (undone !== null) warnings.push(about('phone', spreadsheetNumberUndone));
  if (entry.kind === 'AS_RECEIVED') warnings.push(about('phone', keptAsReceived));
  const businessNumber = readBusinessNumber(textOf('businessNumber'), reading.defaultCountry);
  if (businessNumber === null) warnings.push(about('businessNumber', unreadableBusinessNumber));
  return {
    row: {
      ...entry.row,
      ...(undone === null ? {} : { raw: bounded(phone) }),
      ...(businessNumber ? { businessNumber } : {}),
      ...(businessNumber === null ? { status: 'PENDING' } : {}),
    },
    phone: entry.row.phone,
    problems: warnings,
  };
}

/** A time of no zone, as spreadsheets and databases write it, may be any of a day's hours: only its day is sure. */
function withoutTime(text: string): string {
  return TIME_OF_NO_ZONE.test(text) ? text.trim().slice(0, 10) : text;
}

const TIME_OF_NO_ZONE = /^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*$/i;

/** Only what a database can't hold is changed. */
function bounded(text: string): string {
  return text.slice(0, MAX_RAW).toWellFormed().replaceAll('\0', '\ufffd');
}

/** '' when there is none; null when it can't be read. */
function readBusinessNumber(text: string, defaultCountry: string): string | null {
  if (text.trim() === '') return '';
  const options = { defaultCountry: defaultCountry as CountryCode, acceptsSenders: true, keepAsReceived: false };
  const listable = parseListable(text, options);
  return listable.ok ? listable.key : null;
}

const spreadsheetNumberUndone = {
  severity: 'WARNING',
  code: 'SPREADSHEET_NUMBER_UNDONE',
  message:
    'A spreadsheet had turned the number into a decimal. No digit was lost, so it was read as the number that it was. Format the column as text before you save it.',
} as const;

const keptAsReceived = {
  severity: 'WARNING',
  code: 'KEPT_AS_RECEIVED',
  message:
    "The number could not be read. An opt-out is never refused over its format, so it was kept as it stands and matches exactly this text alone. If you know the person's number, list that too.",
} as const;

const unreadableBusinessNumber = {
  severity: 'WARNING',
  code: 'UNREADABLE_BUSINESS_NUMBER',
  message:
    'The business number could not be read: write it as +14155550123, or as a short code. The entry was added for review, without it.',
} as const;
