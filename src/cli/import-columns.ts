import { type Command, Option } from 'commander';
import { wrongUse } from './failure.ts';
import type { ImportColumnsInput } from './gql/graphql.ts';

/** Which column of a file has what, as it is typed: a number counted from 1, or the name in the header. */
export interface ColumnOptions {
  readonly phoneColumn?: string;
  readonly reasonColumn?: string;
  readonly evidenceColumn?: string;
  readonly expiresAtColumn?: string;
  readonly requestedAtColumn?: string;
  readonly referenceColumn?: string;
  readonly businessNumberColumn?: string;
}

/** A column as the preview shows it. */
export interface PreviewedColumn {
  /** From 0. */
  readonly index: number;
  readonly name?: string | null;
}

const columns: Readonly<Record<keyof ColumnOptions, { field: keyof ImportColumnsInput; flag: string; what: string }>> =
  {
    phoneColumn: {
      field: 'phone',
      flag: '--phone-column',
      what: 'where the numbers are: a column by its number, from 1, or by its name in the header; by default the one that looks like it',
    },
    reasonColumn: { field: 'reason', flag: '--reason-column', what: 'where the reasons are' },
    evidenceColumn: { field: 'evidence', flag: '--evidence-column', what: 'where the proofs are' },
    expiresAtColumn: { field: 'expiresAt', flag: '--expires-at-column', what: 'where it says when they end' },
    requestedAtColumn: {
      field: 'requestedAt',
      flag: '--requested-at-column',
      what: 'where it says when the people asked',
    },
    referenceColumn: { field: 'externalReference', flag: '--reference-column', what: 'where your own ids are' },
    businessNumberColumn: {
      field: 'businessNumber',
      flag: '--business-number-column',
      what: 'where your numbers are that the people wrote to',
    },
  };

export function addColumnOptions(command: Command): Command {
  for (const { flag, what } of Object.values(columns)) command.addOption(new Option(`${flag} <column>`, what));
  return command;
}

/** @throws CommandFailure for a column that the file doesn't have */
export function columnsOf(options: ColumnOptions, previewed: readonly PreviewedColumn[]): Partial<ImportColumnsInput> {
  const found: Partial<Record<keyof ImportColumnsInput, number>> = {};
  for (const [name, { field, flag }] of Object.entries(columns)) {
    const text = options[name as keyof ColumnOptions];
    if (text !== undefined) found[field] = indexOf(text, flag, previewed);
  }
  return found;
}

export function indexOf(text: string, flag: string, previewed: readonly PreviewedColumn[]): number {
  const byName = (fold: (name: string) => string) =>
    previewed.filter(({ name }) => name != null && fold(name) === fold(text)).map(({ index }) => index);
  const asIs = byName((name) => name);
  const named = asIs.length > 0 ? asIs : byName((name) => name.trim().toLowerCase());
  if (named.length > 1) {
    const places = named.map((index) => index + 1).join(', ');
    throw wrongUse(
      `${flag}: the file has several columns with this name (${places}): give the number of the right one.`,
    );
  }
  if (named[0] !== undefined) return named[0];
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= previewed.length) return number - 1;
  throw wrongUse(`${flag}: the file has no such column. It has ${columnList(previewed)}.`);
}

const MOST_NAMED = 20;

function columnList(previewed: readonly PreviewedColumn[]): string {
  const names = previewed
    .slice(0, MOST_NAMED)
    .map(({ index, name }) => (name ? `${index + 1} (${name})` : String(index + 1)));
  return previewed.length > MOST_NAMED
    ? `${names.join(', ')} and ${previewed.length - MOST_NAMED} more`
    : names.join(', ');
}
