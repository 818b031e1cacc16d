import type { CountryCode } from 'libphonenumber-js/max';
import { readTime } from '../entries/time-text.ts';
import { type ColumnField, columnFields, fieldNamed, type NamedField } from './column-names.ts';
import type { FileRow } from './file-format.ts';
import { readsAsNumber } from './phone-cell.ts';

/** What the first rows show of a column. */
export interface ColumnFacts {
  readonly index: number;
  readonly name: string | null;
  readonly named: NamedField | null;
  /** Of cells with something in them. */
  readonly filled: number;
  readonly numbers: number;
  readonly distinct: number;
  readonly pastDates: number;
  readonly futureDates: number;
  readonly links: number;
}

export type ColumnGuess = Readonly<Record<ColumnField, number | null>>;

/** Most of a column: a few cells of any column are wrong. */
const MOST = 0.8;
const HALF = 0.5;
const LINK = /^\s*https?:\/\//i;

export function columnFacts(
  index: number,
  name: string | null,
  rows: readonly FileRow[],
  { defaultCountry, now }: { readonly defaultCountry: CountryCode; readonly now: number },
): ColumnFacts {
  const cells = rows.map((row) => row.cells[index]?.trim() ?? '').filter((cell) => cell !== '');
  const times = cells.map((cell) => readTime(cell)?.getTime());
  return {
    index,
    name,
    named: name === null ? null : fieldNamed(name),
    filled: cells.length,
    numbers: cells.filter((cell) => readsAsNumber(cell, defaultCountry)).length,
    distinct: new Set(cells).size,
    pastDates: times.filter((time) => time !== undefined && time <= now).length,
    futureDates: times.filter((time) => time !== undefined && time > now).length,
    links: cells.filter((cell) => LINK.test(cell)).length,
  };
}

/** Which column is most likely for what: first by its name, then by what is in it. A person decides. */
export function guessColumns(columns: readonly ColumnFacts[]): ColumnGuess {
  const guess: Record<ColumnField, number | null> = {
    phone: phoneColumn(columns)?.index ?? null,
    reason: null,
    evidence: null,
    expiresAt: null,
    requestedAt: null,
    externalReference: null,
    businessNumber: null,
  };
  const taken = new Set<number | null>([guess.phone]);
  const take = (field: ColumnField, fits: (column: ColumnFacts) => boolean) => {
    if (guess[field] !== null) return;
    const found = columns.find((column) => !taken.has(column.index) && fits(column));
    if (!found) return;
    guess[field] = found.index;
    taken.add(found.index);
  };
  const others = columnFields.filter((field) => field !== 'phone');
  for (const field of others) take(field, ({ named }) => named?.field === field && named.isExact);
  for (const field of others) take(field, ({ named }) => named?.field === field);
  take('evidence', ({ named, links, filled }) => named === null && isMost(links, filled));
  take('expiresAt', ({ named, futureDates, filled }) => named === null && isMost(futureDates, filled));
  take('requestedAt', ({ named, pastDates, filled }) => named === null && isMost(pastDates, filled));
  take(
    'businessNumber',
    (column) => column.named === null && isMost(column.numbers, column.filled) && isOneValue(column),
  );
  return guess;
}

/** The column that holds numbers, by its name if there are several, then the one with most of them, then the first. */
export function phoneColumn(columns: readonly ColumnFacts[]): ColumnFacts | null {
  const holding = columns.filter(({ numbers, filled }) => numbers > 0 && numbers >= filled * HALF);
  if (holding.length > 0) return best(holding);
  return columns.find(({ named }) => named?.field === 'phone' && named.isExact) ?? null;
}

function best(columns: readonly ColumnFacts[]): ColumnFacts {
  return columns.reduce((found, next) => {
    const difference = rank(next) - rank(found) || next.numbers - found.numbers;
    return difference > 0 ? next : found;
  });
}

function rank(column: ColumnFacts): number {
  const { named } = column;
  if (named?.field === 'phone') return named.isExact ? 3 : 2;
  return named === null && !isOneValue(column) ? 1 : 0;
}

/** One number all the way down is the business's own. */
function isOneValue({ distinct, filled }: ColumnFacts): boolean {
  return distinct === 1 && filled >= 3;
}

function isMost(count: number, filled: number): boolean {
  return filled > 0 && count >= filled * MOST;
}
