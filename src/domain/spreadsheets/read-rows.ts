import { CsvRows } from './csv-rows.ts';
import { type FileFormat, type FileRow, fileLimits, type ReadOptions } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { rowBatches } from './row-batches.ts';
import { utf8Pieces } from './text-encoding.ts';
import { xlsxRows } from './xlsx-rows.ts';

/**
 * The rows of a file behind its header, in order, in batches of up to 500; empty ones are skipped and counted. Memory is
 * flat, whatever the file. The same file and format give the same rows.
 * @throws UnreadableFileError also after rows were given: what is wrong may stand anywhere in the file
 */
export async function* readRows(
  source: FileSource,
  format: FileFormat,
  options: ReadOptions = {},
): AsyncGenerator<FileRow[], void> {
  const reading = {
    raw: options.raw ?? false,
    limits: { ...fileLimits, ...options.limits },
    stats: options.stats ?? { emptyRows: 0 },
  };
  const headerLine = options.withHeader ? 0 : (format.headerLine ?? 0);
  if (format.kind === 'XLSX') {
    for await (const rows of xlsxRows(source, reading)) yield* rowBatches(rows, headerLine);
  } else {
    const rows = new CsvRows({ ...reading, delimiter: format.delimiter });
    for await (const piece of utf8Pieces(source, format.encoding))
      yield* rowBatches(await rows.read(piece), headerLine);
    yield* rowBatches(await rows.finish(), headerLine);
  }
}
