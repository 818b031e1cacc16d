import type { ImportReading } from '../../domain/imports/import-input.ts';
import type { LineProblem } from '../../domain/imports/row-problems.ts';
import type { FileFormat } from '../../domain/spreadsheets/file-format.ts';

/** What the reading thread is started with. */
export interface ReadingJob {
  /** The file, on this machine. */
  readonly path: string;
  readonly name: string;
  readonly format: FileFormat;
  readonly reading: ImportReading;
  /** Where the runs go; exists. */
  readonly folder: string;
}

/** The file as read: every row that can be an entry is in one of the runs, sorted by number. */
export interface ReadFile {
  readonly runs: readonly string[];
  /** Numbers of rows that can't be entries though their number is readable: the file has them (R6.4). As runs of `key TAB`. */
  readonly presentRuns: readonly string[];
  /** Rows whose number nobody knows. */
  readonly unreadable: number;
  /** Lines inside of cells that look like rows (swallowed-rows.ts). */
  readonly swallowed: number;
  readonly counts: {
    readonly ROWS: number;
    readonly INVALID: number;
    readonly WARNING: number;
    readonly EMPTY_LINES: number;
  };
}

export type FromReading =
  /** To be answered by TAKEN: there are never more on the way. */
  | { readonly kind: 'PROBLEMS'; readonly problems: readonly LineProblem[] }
  | { readonly kind: 'PROGRESS'; readonly rows: number }
  | { readonly kind: 'READ'; readonly file: ReadFile }
  | { readonly kind: 'UNREADABLE'; readonly code: string; readonly message: string };

export type ToReading = { readonly kind: 'TAKEN' };
