import { EXIT, type ExitCode } from './exit-codes.ts';
import { grouped } from './progress.ts';
import type { Session } from './session.ts';
import { previewTable, type TableOptions } from './table-file.ts';

/** Shows how a file is read: a line for each column, with what stands in it. */
export async function tellPreview(session: Session, upload: string, options: TableOptions): Promise<ExitCode> {
  const { output } = session;
  const { columns, guess, ...found } = await previewTable(session, upload, options);
  const { kind, sheet, headerLine, encoding, delimiter, estimatedRowCount, phoneColumnReason, notes } = found;
  await output.tell(
    { type: 'result', upload, columns, guess, ...found, exitCode: EXIT.done },
    ...columns.map(({ index, name, samples }) => {
      const isPhone = index === guess.phone;
      return [index + 1, isPhone ? 'numbers' : '', name ?? '', samples.join(' | ')].join('\t');
    }),
  );
  const header = headerLine == null ? 'no header' : `header in line ${headerLine}`;
  const rows = estimatedRowCount == null ? null : `about ${grouped(estimatedRowCount)} rows`;
  const cells = delimiter ? `cells between ${JSON.stringify(delimiter)}` : null;
  output.note([kind, sheet && `sheet ${sheet}`, encoding, cells, header, rows].filter(Boolean).join(', '));
  for (const note of [phoneColumnReason, ...notes]) output.note(note);
  output.note(`Import it without sending it again by adding --upload ${upload}`);
  return EXIT.done;
}
