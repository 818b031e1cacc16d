/** How the bytes of a text file are characters. Of UTF-8 and UTF-16 with or without a byte order mark. */
export type FileEncoding = 'UTF8' | 'UTF16LE' | 'UTF16BE' | 'WINDOWS1252';

/** How a file is read as a table. Plain data: a task keeps it and reads the same rows every time. */
export type FileFormat =
  | {
      readonly kind: 'CSV';
      readonly encoding: FileEncoding;
      /** Between cells; '' when every line is one cell. */
      readonly delimiter: string;
      /** Where the names of the columns stand; null when there are none. Rows begin behind it. */
      readonly headerLine: number | null;
    }
  | {
      readonly kind: 'XLSX';
      /** The name of the sheet that is read: the first that a person sees. */
      readonly sheet: string;
      readonly headerLine: number | null;
    };

/** What a person says about a file; the rest is found. */
export interface FormatHints {
  readonly encoding?: FileEncoding | null;
  readonly delimiter?: string | null;
  readonly headerLine?: number | null;
  /** False: all rows are data. True: there is a header, if need be the first row. */
  readonly hasHeader?: boolean | null;
  /** A word may stand where the numbers stand, as on lists of senders: then it is no sign of a header that it is one. */
  readonly takesWords?: boolean;
}

export interface FileRow {
  /** From 1: the physical line where the record begins, or the row of the sheet. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The record as it stood, without its line break: of CSV files, when asked for. */
  readonly raw?: string;
  /** The line break behind it, as it stood: with `raw`. '' when the file ends there. */
  readonly lineEnd?: string;
}

/** What a reader tells besides its rows; complete when the last row is read. */
export interface ReadStats {
  /** Lines and rows with nothing in them, which are skipped. */
  emptyRows: number;
}

export interface ReadOptions {
  /** With the text of each record as it stood. */
  readonly raw?: boolean;
  /** Also the header and what stands above it: rows whose `line` isn't behind `headerLine`. */
  readonly withHeader?: boolean;
  readonly limits?: Partial<FileLimits>;
  /** Counted up while rows are read. */
  readonly stats?: ReadStats;
}

/** What keeps memory and time bounded, whatever the file (invariant 10). */
export interface FileLimits {
  /** Of one record or one row of a sheet. */
  readonly rowBytes: number;
  readonly columns: number;
  readonly emptyRows: number;
  /** What a sheet may unpack to; other parts of a workbook are smaller. */
  readonly sheetBytes: number;
  /** Of the texts that a workbook's cells share; they are in memory while its rows are read. */
  readonly sharedTextBytes: number;
}

export const fileLimits: FileLimits = {
  rowBytes: 256 * 1024,
  columns: 16_384,
  emptyRows: 10_000_000,
  sheetBytes: 1024 ** 3,
  sharedTextBytes: 128 * 1024 ** 2,
};
