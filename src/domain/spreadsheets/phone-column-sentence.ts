import type { ColumnFacts } from './column-guess.ts';

const LONGEST_NAME = 40;

/** Why this column is taken for the phone numbers, to be read by a person; with columns named as spreadsheets do. */
export function explainPhoneColumn(columns: readonly ColumnFacts[], phone: number | null): string {
  const chosen = columns.find(({ index }) => index === phone);
  if (!chosen) return 'No column looks like phone numbers. Say which one holds them.';
  const others = columns.filter((column) => column !== chosen && isFull(column));
  return `${titleOf(chosen)} holds the phone numbers: ${reasonFor(chosen)}.${alsoNumbers(others)}`;
}

function reasonFor({ named, numbers, filled }: ColumnFacts): string {
  const share = `${numbers} of its first ${filled} values read as phone numbers`;
  if (named?.field !== 'phone') return share;
  return filled === 0 ? 'its name says so' : `its name says so, and ${share}`;
}

/** One import takes one column: nobody must believe that it took the others. */
function alsoNumbers(others: readonly ColumnFacts[]): string {
  if (others.length === 0) return '';
  const names = others.map(titleOf).join(', ');
  return ` Phone numbers are also in: ${names}. Import the file once for each column that you want listed.`;
}

function isFull({ numbers, filled }: ColumnFacts): boolean {
  return numbers > 0 && numbers >= filled / 2;
}

function titleOf({ index, name }: ColumnFacts): string {
  const letters = columnLetters(index);
  return name === null ? `Column ${letters}` : `Column ${letters} ("${name.slice(0, LONGEST_NAME)}")`;
}

/** 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}
