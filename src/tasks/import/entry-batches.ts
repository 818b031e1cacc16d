import type { EntryRow } from '../../changes/write-call.ts';
import { stricter } from '../../domain/entries/merge-duplicates.ts';
import { decodeRow, keyIn, type RowDefaults } from './entry-line.ts';
import { mergeRuns } from './merge-runs.ts';

/** What is written at once: each number once. Empty where all was done already: others get their turn. */
export interface EntryBatch {
  readonly rows: readonly EntryRow[];
  /** Rows of the file that these are; the others are duplicates. */
  readonly fileRows: number;
  /** The key of the last number. */
  readonly last: string;
}

export interface BatchOptions {
  /** Numbers up to this key are done. */
  readonly after: string;
  readonly size: number;
  readonly defaults: RowDefaults;
}

/** The numbers of a file in order, in batches; rows of one number are merged, the stricter winning (R1.2). */
export async function* entryBatches(
  runs: readonly string[],
  { after, size, defaults }: BatchOptions,
): AsyncGenerator<EntryBatch, void> {
  let rows: EntryRow[] = [];
  let fileRows = 0;
  let last = after;
  for await (const lines of mergeRuns(runs)) {
    if (keyIn(lines.at(-1)!) <= after) yield { rows, fileRows, last };
    for (const line of lines) {
      const key = keyIn(line);
      if (key <= after) continue;
      const row = decodeRow(line, defaults);
      if (key === last) rows[rows.length - 1] = stricter(rows.at(-1)!, row);
      else {
        if (rows.length === size) {
          yield { rows, fileRows, last };
          rows = [];
          fileRows = 0;
        }
        rows.push(row);
        last = key;
      }
      fileRows += 1;
    }
  }
  if (rows.length > 0) yield { rows, fileRows, last };
}
