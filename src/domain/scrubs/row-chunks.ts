import type { FileRow } from '../spreadsheets/file-format.ts';

/** Characters of rows that are in memory at once: rows may be long (invariant 10). */
const MOST_CHARACTERS = 2 ** 20;
/** Empty cells take memory, too: few bytes of a sheet can name a row of thousands. */
const MOST_CELLS = 200_000;

/**
 * Rows in larger chunks, without the first `skip` of them: what a batch costs is mostly its questions to the database.
 * Skipping takes time, too: for each chunk of skipped rows there is an empty one.
 */
export async function* rowChunks(
  batches: AsyncIterable<readonly FileRow[]>,
  { skip, size }: { readonly skip: number; readonly size: number },
): AsyncGenerator<FileRow[], void> {
  let chunk: FileRow[] = [];
  let characters = 0;
  let cells = 0;
  let skipped = 0;
  for await (const batch of batches) {
    const rows = skipped < skip ? batch.slice(skip - skipped) : batch;
    const before = skipped;
    skipped += batch.length - rows.length;
    if (Math.floor(skipped / size) > Math.floor(before / size)) yield [];
    for (const row of rows) {
      chunk.push(row);
      characters += lengthOf(row);
      cells += row.cells.length;
      if (chunk.length < size && characters < MOST_CHARACTERS && cells < MOST_CELLS) continue;
      yield chunk;
      chunk = [];
      characters = 0;
      cells = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

function lengthOf({ raw, cells }: FileRow): number {
  if (raw !== undefined) return raw.length;
  let length = 0;
  for (const cell of cells) length += cell.length;
  return length;
}
