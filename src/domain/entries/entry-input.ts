import type { CountryCode } from 'libphonenumber-js/max';
import type { EntryRow, EntrySource, EntryStatus } from '../../changes/write-call.ts';
import { acceptsSenders, type Listable, parseListable } from '../numbers/listed-number.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { storable, textLimits } from '../text-limits.ts';
import { readExpiryTime, readTime } from './time-text.ts';

/** One number to be listed, as the caller wrote it; nothing but the phone can keep it off the list (R1.7). */
export interface AddEntryInput {
  readonly phone: string;
  readonly reason?: string | null;
  readonly evidence?: string | null;
  readonly expiresAt?: string | null;
  readonly requestedAt?: string | null;
  readonly externalReference?: string | null;
}

/** A fault in another column than the number: the entry is added for review without it (R1.7). */
export interface EntryWarning {
  readonly code:
    | 'UNREADABLE_EXPIRY'
    | 'UNREADABLE_DATE'
    | 'DATE_IN_THE_FUTURE'
    | 'EXPIRY_OF_PERMANENT'
    | 'TEXT_TOO_LONG';
  readonly message: string;
  /** The column that has the fault. */
  readonly field: Exclude<keyof AddEntryInput, 'phone'>;
}

/** Why a row can't be an entry at all. */
export type EntryProblem =
  | NumberProblem
  | { readonly code: 'EXPIRY_IN_THE_PAST'; readonly message: string; readonly remedy: string };

export const expiryInThePast: EntryProblem = Object.freeze({
  code: 'EXPIRY_IN_THE_PAST',
  message: 'The expiry is in the past, so the entry would never block.',
  remedy: 'Give a later expiry, or none.',
});

/** One row as read: what to write, or why not. */
export type ReadEntry =
  | {
      readonly ok: true;
      readonly row: EntryRow;
      readonly warnings: readonly EntryWarning[];
      readonly kind: Extract<Listable, { ok: true }>['kind'];
    }
  | {
      readonly ok: false;
      readonly problem: EntryProblem;
      readonly warnings: readonly EntryWarning[];
      /** The number, where it isn't what is wrong. */
      readonly phone?: string;
    };

export interface ReadOptions {
  readonly listId: number;
  /** What the list blocks: a list that blocks inbound only takes senders too (R2.3). */
  readonly blocks: number;
  readonly source: EntrySource;
  readonly status: EntryStatus;
  readonly reason: string | null;
  readonly settings: Pick<Settings, 'defaultCountry'>;
  readonly now: Date;
  /** Opt-outs that are carried over (R4.6): the person's own word, never refused over its format (R2.3). */
  readonly areOptOuts?: boolean;
}

/** Reads one row: the number decides whether it is listed, a fault elsewhere sends it to review with a warning. */
export function readEntryInput(input: AddEntryInput, options: ReadOptions): ReadEntry {
  // The other columns whatever the number: a replay reads them again when the default country is another one (P1.8).
  const warnings: EntryWarning[] = [];
  const expiresAt = readExpiry(input.expiresAt, options, warnings);
  const columns = {
    reason: readText('reason', input.reason, warnings) ?? options.reason,
    evidence: readText('evidence', input.evidence, warnings),
    externalReference: readText('externalReference', input.externalReference, warnings),
    expiresAt,
    ...requestedAt(input.requestedAt, options.now, warnings),
  };
  const listable = parseListable(input.phone, {
    defaultCountry: options.settings.defaultCountry as CountryCode,
    acceptsSenders: acceptsSenders(options),
    keepAsReceived: options.areOptOuts ?? false,
  });
  if (!listable.ok) return { ok: false, problem: listable.problem, warnings };
  if (expiresAt && expiresAt <= options.now)
    return { ok: false, problem: expiryInThePast, warnings, phone: listable.key };
  const row: EntryRow = {
    verb: 'ADD',
    phone: listable.key,
    listId: options.listId,
    source: options.source,
    ...columns,
    ...(input.phone === listable.key ? {} : { raw: rawText(input.phone) }),
    status: warnings.length > 0 ? 'PENDING' : options.status,
    ...(options.areOptOuts ? { endUserOptedOut: true } : {}),
  };
  return { ok: true, row, warnings, kind: listable.kind };
}

function readExpiry(text: string | null | undefined, options: ReadOptions, warnings: EntryWarning[]): Date | null {
  if (!text?.trim()) return null;
  const time = readExpiryTime(text);
  if (time === null) {
    warnings.push({
      field: 'expiresAt',
      code: 'UNREADABLE_EXPIRY',
      message:
        'The expiry could not be read: write it as 2027-01-31 or 2027-01-31T09:00:00Z. The entry was added for review, without expiry.',
    });
    return null;
  }
  if (options.status === 'PERMANENT' && time > options.now) {
    warnings.push({
      field: 'expiresAt',
      code: 'EXPIRY_OF_PERMANENT',
      message:
        'A permanent entry has no expiry. The entry was added for review, without expiry: approve it permanently, or set the expiry.',
    });
    return null;
  }
  return time;
}

function requestedAt(text: string | null | undefined, now: Date, warnings: EntryWarning[]): { requestedAt?: Date } {
  if (!text?.trim()) return {};
  const time = readTime(text);
  if (time === null) {
    warnings.push({
      field: 'requestedAt',
      code: 'UNREADABLE_DATE',
      message:
        'The date of the request could not be read: write it as 2026-03-04 or 2026-03-04T09:00:00Z. The entry was added for review, with the date of today.',
    });
    return {};
  }
  if (time > now) {
    warnings.push({
      field: 'requestedAt',
      code: 'DATE_IN_THE_FUTURE',
      message: 'The date of the request lies in the future. The entry was added for review, with the date of today.',
    });
    return {};
  }
  return { requestedAt: time };
}

function readText(
  field: keyof typeof textLimits,
  text: string | null | undefined,
  warnings: EntryWarning[],
): string | null {
  const kept = storable(text);
  if (kept === null || kept.length <= textLimits[field]) return kept;
  warnings.push({
    field,
    code: 'TEXT_TOO_LONG',
    message: `The ${field} has ${kept.length} characters and may have ${textLimits[field]}. The entry was added for review, with its beginning.`,
  });
  return kept.slice(0, textLimits[field]).toWellFormed();
}

/** As received, bounded; what a number can be read from is never long. */
function rawText(text: string): string {
  return text.slice(0, 512).toWellFormed().replaceAll('\0', '\ufffd');
}
