import type { ImportPreview as ImportPreviewShape } from '../../domain/imports/preview-import.ts';
import { previewImport } from '../../domain/imports/preview-import.ts';
import { type ColumnField, columnFields } from '../../domain/spreadsheets/column-names.ts';
import type { FileEncoding, FileRow } from '../../domain/spreadsheets/file-format.ts';
import type { PreviewColumn } from '../../domain/spreadsheets/preview-file.ts';
import { builder } from '../builder.ts';
import { idOf } from '../global-id.ts';

const encodings: Record<FileEncoding, string> = {
  UTF8: 'UTF-8, with or without a byte order mark.',
  UTF16LE: 'UTF-16, the low byte first.',
  UTF16BE: 'UTF-16, the high byte first.',
  WINDOWS1252: 'Windows-1252, which western versions of Windows call ANSI.',
};

export const FileEncodingEnum = builder.enumType('FileEncoding', {
  description: 'How the bytes of a text file are characters.',
  values: Object.fromEntries(Object.entries(encodings).map(([name, description]) => [name, { description }])) as Record<
    FileEncoding,
    { description: string }
  >,
});

const FileKind = builder.enumType('FileKind', {
  description: 'What kind of table a file is.',
  values: {
    CSV: { description: 'A text file with a row on each line.' },
    XLSX: { description: 'An Excel workbook; its first sheet is read.' },
  },
});

const PreviewColumnType = builder.objectRef<PreviewColumn>('PreviewColumn').implement({
  description: 'A column of a file.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its place, from 0: what startImport takes.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name in the header; null when it has none.' }),
    samples: t.exposeStringList('samples', {
      description: 'Up to 5 different values of it, cut to 100 characters.',
    }),
    phoneShare: t.exposeFloat('phoneShare', {
      description:
        'Which part of its cells, of those with something in them, read as phone numbers: 0 to 1. Nobody looks into columns behind the 200th: there it is 0.',
    }),
  }),
});

const meanings: Record<ColumnField, string> = {
  phone: 'The number.',
  reason: 'Why.',
  evidence: 'Proof of the request.',
  expiresAt: 'When the entry ends.',
  requestedAt: 'When the person asked.',
  externalReference: 'Your own id for it.',
  businessNumber: 'The number of your business that the person wrote to.',
};

const GuessedColumns = builder.objectRef<Readonly<Record<ColumnField, number | null>>>('ImportColumns').implement({
  description: 'Which column of a file has what, counted from 0; null where none seems to.',
  fields: (t) =>
    Object.fromEntries(
      columnFields.map((field) => [field, t.exposeInt(field, { nullable: true, description: meanings[field] })]),
    ),
});

const PreviewRow = builder.objectRef<FileRow>('PreviewRow').implement({
  description: 'A row of a file.',
  fields: (t) => ({
    line: t.exposeFloat('line', {
      description: 'Where it begins: the line of the file, or the row of the sheet, from 1.',
    }),
    cells: t.stringList({ description: 'Its cells, as they stand.', resolve: ({ cells }) => [...cells] }),
  }),
});

const ImportPreview = builder.objectRef<ImportPreviewShape>('ImportPreview').implement({
  description: 'How an upload will be read, from its beginning. Correct what was found by the inputs of startImport.',
  fields: (t) => ({
    fileName: t.exposeString('fileName', { description: 'The name of the file.' }),
    fileSize: t.exposeFloat('fileSize', { description: 'Its bytes.' }),
    kind: t.field({ type: FileKind, description: 'What kind of table it is.', resolve: ({ format }) => format.kind }),
    encoding: t.field({
      type: FileEncodingEnum,
      nullable: true,
      description: 'Of a CSV: how its bytes are characters.',
      resolve: ({ format }) => (format.kind === 'CSV' ? format.encoding : null),
    }),
    delimiter: t.string({
      nullable: true,
      description: 'Of a CSV: the sign between its cells; empty when every line is one cell.',
      resolve: ({ format }) => (format.kind === 'CSV' ? format.delimiter : null),
    }),
    sheet: t.string({
      nullable: true,
      description: 'Of a workbook: the name of its first sheet.',
      resolve: ({ format }) => (format.kind === 'XLSX' ? format.sheet : null),
    }),
    hasHeader: t.boolean({
      description: 'Whether a line names the columns.',
      resolve: ({ format }) => format.headerLine !== null,
    }),
    headerLine: t.int({
      nullable: true,
      description: 'The line that names the columns; rows begin behind it. Null when there is none.',
      resolve: ({ format }) => format.headerLine,
    }),
    estimatedRowCount: t.float({
      nullable: true,
      description: 'About how many rows there are; null when nothing shows it.',
      resolve: ({ estimatedRows }) => estimatedRows,
    }),
    columns: t.field({
      type: [PreviewColumnType],
      description: 'Its columns, from the left, at most 500: `notes` says when there are more.',
      resolve: ({ columns }) => [...columns],
    }),
    guess: t.field({
      type: GuessedColumns,
      description: 'What the columns seem to be, by their names and what is in them; a person decides.',
      resolve: ({ guess }) => guess,
    }),
    phoneColumnReason: t.string({
      description: 'Why that column is taken for the phone numbers, or why none is.',
      resolve: ({ phoneReason }) => phoneReason,
    }),
    rows: t.field({
      type: [PreviewRow],
      description: 'Its first rows, at most 20, with as many cells as `columns` has at most.',
      resolve: ({ rows }) => [...rows],
    }),
    notes: t.stringList({
      description: 'What somebody should know before they import it, such as that opt-outs cannot be undone.',
      resolve: ({ notes }) => [...notes],
    }),
  }),
});

const PreviewImportInput = builder.inputType('PreviewImportInput', {
  description: 'Which upload to look at, and what is known of it already.',
  fields: (t) => ({
    upload: t.id({ required: true, description: 'The upload, which must be yours and complete.' }),
    headerLine: t.int({ description: 'The line of the header. Null: it is found.' }),
    hasHeader: t.boolean({ description: 'False: all rows are data. True: there is a header. Null: it is found.' }),
    encoding: t.field({ type: FileEncodingEnum, description: 'The encoding of a text file. Null: it is found.' }),
    delimiter: t.string({ description: 'The sign between the cells of a text file. Null: it is found.' }),
    defaultCountry: t.string({ description: 'How a number without + is read; by default as the settings say.' }),
    asOptOuts: t.boolean({
      required: true,
      defaultValue: false,
      description: 'It will be imported as opt-outs: `notes` says what that means.',
    }),
  }),
});

builder.queryField('previewImport', (t) =>
  t.field({
    type: ImportPreview,
    nullable: true,
    description:
      'Looks at the beginning of an upload, before anything is done with it: encoding, delimiter, header, columns with samples, and which one looks like phone numbers and why. ADMIN, COMPLIANCE and INTEGRATOR may.',
    authScopes: { may: 'file:import' },
    args: { input: t.arg({ type: PreviewImportInput, required: true, description: 'Which upload.' }) },
    resolve: async (_root, { input }, { viewer, services }) =>
      previewImport(
        viewer,
        { ...input, upload: idOf('Upload', input.upload) ?? '' },
        {
          log: services.log,
          database: services.database,
          settings: await services.settings(viewer.environmentId),
        },
      ),
  }),
);
