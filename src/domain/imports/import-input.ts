import type { EntryStatus } from '../../changes/write-call.ts';
import type { FileFormat } from '../spreadsheets/file-format.ts';

/** What becomes of an import's entries (R6.2). */
export type ImportReview = 'FOR_REVIEW' | 'APPROVED' | 'PERMANENT';
export type ImportMode = 'ADD' | 'REPLACE';

/** The status that each kind of review lists in. */
export const statusOf: Readonly<Record<ImportReview, EntryStatus>> = {
  FOR_REVIEW: 'PENDING',
  APPROVED: 'APPROVED',
  PERMANENT: 'PERMANENT',
};

/** Where a file has what, counted from 0; null for what it doesn't have. */
export interface ImportColumns {
  readonly phone: number;
  readonly reason: number | null;
  readonly evidence: number | null;
  readonly expiresAt: number | null;
  readonly requestedAt: number | null;
  readonly externalReference: number | null;
  readonly businessNumber: number | null;
}

/** "First column, ignore the rest." */
export const phoneColumnOnly: ImportColumns = {
  phone: 0,
  reason: null,
  evidence: null,
  expiresAt: null,
  requestedAt: null,
  externalReference: null,
  businessNumber: null,
};

/** How the rows of a file are read: nothing here changes while the import runs, so that reading again gives the same. */
export interface ImportReading {
  readonly columns: ImportColumns;
  readonly list: { readonly id: number; readonly key: string; readonly blocks: number };
  readonly defaultCountry: string;
  /** When the import was started, as ISO 8601: what lies in the future or the past. */
  readonly now: string;
  readonly review: ImportReview;
  /** For rows without one. */
  readonly reason: string | null;
  readonly areOptOuts: boolean;
}

/** The input of a task of kind IMPORT. */
export interface ImportInput extends ImportReading {
  readonly file: { readonly id: string; readonly name: string };
  readonly format: FileFormat;
  readonly mode: ImportMode;
  readonly origin: string | null;
  /** REPLACE: the largest share of the origin's numbers that may be lifted, 0 to 1 (R6.4). */
  readonly maxLiftedShare: number;
  readonly isDryRun: boolean;
}

/** The input of a task of kind UNDO_IMPORT. */
export interface UndoImportInput {
  readonly importId: string;
  readonly listId: number;
  readonly reason: string;
}
