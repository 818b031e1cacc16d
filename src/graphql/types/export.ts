import { mayFetchExport } from '../../domain/exports/may-fetch-export.ts';
import { type EntryExportTask, startEntryExport } from '../../domain/exports/start-entry-export.ts';
import { type LogExportTask, startLogExport } from '../../domain/exports/start-log-export.ts';
import { findTaskFile } from '../../domain/files/find-task-file.ts';
import type { StartedTask } from '../../domain/tasks/create-task.ts';
import type { TaskRow } from '../../domain/tasks/task-row.ts';
import { builder } from '../builder.ts';
import { Download, downloadOf } from './download.ts';
import { EntryFilterInput, filterOf } from './entry-filter.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { Task } from './task.ts';
import { answering } from './user-error.ts';

const ExportFormatEnum = builder.enumType('ExportFormat', {
  description: 'How an export is written.',
  values: {
    CSV: { description: 'A row for each, UTF-8, comma-separated (RFC 4180), with a header row.' },
    NDJSON: {
      description:
        'A JSON object a line. Entries: the fields of Entry by their names. The log: all that a program needs to verify it by itself, as src/changes/PROTOCOL.md, section 7, states.',
    },
  },
});

const IS_FOR_SPREADSHEET =
  'CSV only: begins with a byte order mark, and an apostrophe is put before what would act as a formula; whole numbers such as +14151234567 stay as they are. An import takes those apostrophes away again. With false every text stands as it is.';

const StartEntryExportInput = builder.inputType('StartEntryExportInput', {
  description: 'Which entries to write to a file, and how.',
  fields: (t) => ({
    filterBy: t.field({
      type: EntryFilterInput,
      description: 'Which active entries, by the filter of `entries`; without it all of them.',
    }),
    format: t.field({ type: ExportFormatEnum, required: true, defaultValue: 'CSV', description: 'How it is written.' }),
    isForSpreadsheet: t.boolean({ defaultValue: true, description: IS_FOR_SPREADSHEET }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const StartLogExportInput = builder.inputType('StartLogExportInput', {
  description: 'Which piece of the log to write to a file, and how.',
  fields: (t) => ({
    after: t.field({
      type: 'ChangeCursor',
      description:
        'Begin behind this place, such as the `cursor` of an earlier export: the two files then join. Without it at the beginning of the log.',
    }),
    format: t.field({
      type: ExportFormatEnum,
      required: true,
      defaultValue: 'NDJSON',
      description: 'How it is written. Only NDJSON can be verified.',
    }),
    isForSpreadsheet: t.boolean({ defaultValue: true, description: IS_FOR_SPREADSHEET }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

function payloadType(name: string, mutation: string) {
  return builder.objectRef<Answer<StartedTask>>(name).implement({
    interfaces: [Payload],
    description: `The answer to ${mutation}.`,
    fields: (t) => ({
      task: t.field({
        type: Task,
        nullable: true,
        description: 'The task that writes the file: see its `export`. Null when none was started (see userErrors).',
        resolve: ({ outcome }, _args, { loaders }) => outcome && loaders.task.load(outcome.taskId),
      }),
    }),
  });
}

builder.mutationField('startEntryExport', (t) =>
  t.field({
    type: payloadType('StartEntryExportPayload', 'startEntryExport'),
    nullable: true,
    description:
      'Starts to write active entries to a file, sorted by number, list and source. Evidence and who did it are in it for those who may see them; otherwise those columns are left out. ADMIN, COMPLIANCE, INTEGRATOR and AUDITOR may.',
    authScopes: { may: 'entry:export' },
    args: { input: t.arg({ type: StartEntryExportInput, required: true, description: 'Which, and how.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () => {
        const { filterBy, format, isForSpreadsheet, onBehalfOf, idempotencyKey } = input;
        const started = await startEntryExport(
          viewer,
          {
            filterBy: filterOf(filterBy),
            format: { kind: format, isForSpreadsheet: isForSpreadsheet ?? true },
            onBehalfOf,
            idempotencyKey,
          },
          services,
        );
        services.tasks.wake();
        return started;
      }),
  }),
);

builder.mutationField('startLogExport', (t) =>
  t.field({
    type: payloadType('StartLogExportPayload', 'startLogExport'),
    nullable: true,
    description:
      'Starts to write the log to a file, whole change sets in order, up to its present end. ADMIN, COMPLIANCE and AUDITOR may.',
    authScopes: { may: 'log:export' },
    args: { input: t.arg({ type: StartLogExportInput, required: true, description: 'Which piece, and how.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () => {
        const { after, format, isForSpreadsheet, onBehalfOf, idempotencyKey } = input;
        const started = await startLogExport(
          viewer,
          {
            after: after ? services.cursors.decode(after) : null,
            format: { kind: format, isForSpreadsheet: isForSpreadsheet ?? true },
            onBehalfOf,
            idempotencyKey,
          },
          services,
        );
        services.tasks.wake();
        return started;
      }),
  }),
);

type ExportRow = TaskRow & { readonly input: EntryExportTask | LogExportTask };

const ExportReport = builder.objectRef<ExportRow>('ExportReport').implement({
  description: 'What an export has written.',
  fields: (t) => ({
    rowCount: t.int({
      description: 'Entries, or changes of the log, that are in the file so far.',
      resolve: ({ rowsDone }) => rowsDone,
    }),
    format: t.field({
      type: ExportFormatEnum,
      description: 'How it is written.',
      resolve: ({ input }) => input.format.kind,
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      description:
        "The log's end when the export was asked for. Entries: whoever takes the file and then follows `entryChanges` from here misses nothing; a change made while the file was written may be in both. The log: the end of the file; pass it as `after` to the next export.",
      resolve: ({ environmentId, input: { cursor } }, _args, { services }) =>
        services.cursors.encode({ ...cursor, environmentId, hash: cursor.hash.slice(0, 16) }),
    }),
    file: t.field({
      type: Download,
      nullable: true,
      description:
        'The file, once the task is done. Kept for 7 days from then. Null for whoever may not make such an export (any more).',
      resolve: async (task, _args, { viewer, services }) => {
        if (!mayFetchExport(viewer, task)) return null;
        const file = await findTaskFile(services.database.read, task.environmentId, task.id, 'EXPORT');
        return file && downloadOf(services, file);
      },
    }),
  }),
});

builder.objectField(Task, 'export', (t) =>
  t.field({
    type: ExportReport,
    nullable: true,
    description: 'For ENTRY_EXPORT and LOG_EXPORT: what was written, and the file.',
    resolve: (task) => (task.kind === 'ENTRY_EXPORT' || task.kind === 'LOG_EXPORT' ? (task as ExportRow) : null),
  }),
);
