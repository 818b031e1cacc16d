import { type Command, InvalidArgumentError, Option } from 'commander';
import { wrongUse } from './failure.ts';
import type { CommandPreviewQuery, FileEncoding } from './gql/graphql.ts';
import { graphql } from './gql/index.ts';
import { oneOf, wholeNumber } from './options.ts';
import { LONG_PATIENCE_MS } from './patience.ts';
import { withProgress } from './progress.ts';
import type { Session } from './session.ts';
import { uploadFile } from './upload.ts';

/** How a file of rows is sent and read; what isn't said is found out by the server. */
export interface TableOptions {
  readonly headerLine?: number;
  readonly header?: boolean;
  readonly encoding?: FileEncoding;
  readonly delimiter?: string;
  readonly country?: string;
  readonly upload?: string;
  /** Of imports only: what the preview then has to say. */
  readonly asOptOuts?: boolean;
}

const encodings = ['UTF8', 'UTF16LE', 'UTF16BE', 'WINDOWS1252'] as const satisfies readonly FileEncoding[];

export function addTableOptions(command: Command): Command {
  return command
    .option('--header-line <n>', 'the line of the header, when it is not found', wholeNumber(1))
    .option('--no-header', 'the first row is a row like the others')
    .addOption(oneOf('--encoding <encoding>', 'of a CSV file, when it is not found', encodings))
    .addOption(
      new Option(
        '--delimiter <sign>',
        'between the cells of a CSV file, when it is not found; "tab" for a tab',
      ).argParser(signOf),
    )
    .option('--country <code>', 'how numbers without + are read, such as US; by default as the settings say')
    .option('--upload <id>', 'go on with an upload that was begun before');
}

function signOf(text: string): string {
  if (text.toLowerCase() === 'tab' || text === '\\t') return '\t';
  if (text.length !== 1) throw new InvalidArgumentError('It must be one sign, or "tab".');
  return text;
}

/** Sends the file; answers the upload's id. */
export async function uploadTable({ api, output }: Session, file: string, options: TableOptions): Promise<string> {
  let begun: string | undefined = options.upload;
  const onBegun = (id: string) => {
    begun = id;
  };
  const farewell = () => {
    const message = begun
      ? `The upload stopped. Go on with it by adding --upload ${begun}`
      : 'The upload had not begun.';
    return { message, facts: { upload: begun ?? null } };
  };
  return withProgress(output, farewell, (progress) =>
    uploadFile(api.connection, { file, uploadId: options.upload, progress, onBegun }),
  );
}

const PREVIEW = graphql(`
  query CommandPreview($input: PreviewImportInput!) {
    previewImport(input: $input) {
      fileName
      kind
      sheet
      encoding
      delimiter
      headerLine
      estimatedRowCount
      columns {
        index
        name
        samples
        phoneShare
      }
      guess {
        phone
      }
      phoneColumnReason
      notes
    }
  }
`);

export type Preview = NonNullable<CommandPreviewQuery['previewImport']>;

/** How the server reads the file: what was said, and what it found. */
export async function previewTable({ api }: Session, upload: string, options: TableOptions): Promise<Preview> {
  const { country, asOptOuts = false } = options;
  const input = { upload, ...readingOf(options), defaultCountry: country, asOptOuts };
  return (await api.ask(PREVIEW, { input }, LONG_PATIENCE_MS)).previewImport!;
}

export function readingOf({ header, headerLine, encoding, delimiter }: TableOptions) {
  return { ...(header === false && { hasHeader: false }), headerLine, encoding, delimiter };
}

/** From 0: the column that looks like phone numbers; a person reads which one it is. @throws CommandFailure for none */
export function guessedPhoneColumn({ output }: Session, { columns, guess, phoneColumnReason }: Preview): number {
  const column = columns.find(({ index }) => index === guess.phone);
  if (!column)
    throw wrongUse(
      `${phoneColumnReason} Name it with --phone-column; \`quietline import --preview\` shows all columns.`,
    );
  output.note(phoneColumnReason);
  return column.index;
}
