import type { ImportMode as Mode, ImportReview as Review } from '../../domain/imports/import-input.ts';
import { type ImportReport as ImportReportShape, importReport } from '../../domain/imports/import-report.ts';
import { importSummary } from '../../domain/imports/import-summary.ts';
import { rowProblemFileName } from '../../domain/imports/row-problem-file.ts';
import { builder } from '../builder.ts';
import { Download, generatedDownloadOf } from './download.ts';
import { List } from './list.ts';
import { Task } from './task.ts';

const reviews: Record<Review, string> = {
  FOR_REVIEW: 'Entries are PENDING: they block, and somebody looks at them.',
  APPROVED: 'Entries are APPROVED. Needs the permission import:approved.',
  PERMANENT: 'Entries are PERMANENT: nobody can ever lift them. Needs the permission entry:permanent.',
};

export const ImportReview = builder.enumType('ImportReview', {
  description:
    "What becomes of an import's entries. A row with a fault in another column than its number is for review whatever was asked; one whose number was repaired or kept as it stands (SPREADSHEET_NUMBER_UNDONE, KEPT_AS_RECEIVED) is not.",
  values: Object.fromEntries(Object.entries(reviews).map(([name, description]) => [name, { description }])) as Record<
    Review,
    { description: string }
  >,
});

const modes: Record<Mode, string> = {
  ADD: 'Lists the numbers of the file, and lifts none.',
  REPLACE:
    'Also lifts what earlier files of the same origin listed and this one lacks, unless another import has it too, or somebody changed it by hand.',
};

export const ImportMode = builder.enumType('ImportMode', {
  description: 'What an import does with numbers that its file lacks.',
  values: Object.fromEntries(Object.entries(modes).map(([name, description]) => [name, { description }])) as Record<
    Mode,
    { description: string }
  >,
});

/** Shared with the fields that other files add: rowProblems, and whatever else a report gets. */
export const ImportReport = builder.objectRef<ImportReportShape>('ImportReport').implement({
  description:
    'What became of the rows of an imported file, so far or in the end. Of an import that is done every row is one of added, raised, already listed, duplicate or invalid.',
  fields: (t) => ({
    fileName: t.string({ description: 'The name of the file.', resolve: ({ input }) => input.file.name }),
    list: t.field({
      type: List,
      description: 'The list that the numbers went to.',
      resolve: async ({ input }, _args, { loaders }) => (await loaders.list.load(input.list.id))!,
    }),
    review: t.field({
      type: ImportReview,
      description: 'What became of its entries.',
      resolve: ({ input }) => input.review,
    }),
    mode: t.field({
      type: ImportMode,
      description: 'What it does with numbers that the file lacks.',
      resolve: ({ input }) => input.mode,
    }),
    origin: t.string({
      nullable: true,
      description: 'The named source of the file; REPLACE works within one.',
      resolve: ({ input }) => input.origin,
    }),
    isDryRun: t.boolean({
      description: 'It changes nothing, and counts what it would do.',
      resolve: ({ input }) => input.isDryRun,
    }),
    isOptOuts: t.boolean({
      description: "It carried over people's own opt-outs, so it cannot be undone.",
      resolve: ({ input }) => input.areOptOuts,
    }),
    rowCount: t.exposeInt('rowCount', { description: 'Rows of the file, without its header and empty lines.' }),
    addedCount: t.exposeInt('addedCount', { description: 'Numbers that were put on the list.' }),
    raisedCount: t.exposeInt('raisedCount', {
      description: 'Numbers that were listed and whose entry was made stricter.',
    }),
    alreadyListedCount: t.exposeInt('alreadyListedCount', {
      description: 'Numbers that were listed at least as strictly: nothing changed.',
    }),
    duplicateCount: t.exposeInt('duplicateCount', {
      description: 'Rows with the number of another row of the file; the two were merged, the stricter winning.',
    }),
    invalidCount: t.exposeInt('invalidCount', { description: 'Rows that could not be taken: see `rowProblems`.' }),
    warningCount: t.exposeInt('warningCount', {
      description: 'Faults of rows that were taken all the same: see `rowProblems`.',
    }),
    emptyLineCount: t.exposeInt('emptyLineCount', { description: 'Lines with nothing in them; they are no rows.' }),
    liftedCount: t.exposeInt('liftedCount', {
      description: 'With REPLACE: entries that were lifted because the file lacks their number.',
    }),
    keptCount: t.exposeInt('keptCount', {
      description:
        'With REPLACE: entries that the file lacks and that stay: another import has them, somebody changed them by hand, they are permanent, or the person opted out.',
    }),
    newlyBlockedCount: t.exposeInt('newlyBlockedCount', {
      nullable: true,
      description: 'Of a dry run: numbers that nothing blocks now and that the import would block. Else null.',
    }),
    summary: t.string({
      description: 'All of it in a sentence or two, for people. Never holds a phone number.',
      resolve: importSummary,
    }),
    rowProblemsFile: t.field({
      type: Download,
      nullable: true,
      description:
        'All row problems as CSV: line, severity, code, reason, raw value; safe to open in a spreadsheet. Null when there are none, and without the permission number:see.',
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ task, invalidCount, warningCount }, _args, { services }) =>
        invalidCount + warningCount === 0
          ? null
          : generatedDownloadOf(services, {
              kind: 'ROW_PROBLEMS',
              environmentId: task.environmentId,
              id: task.id,
              name: rowProblemFileName(task.id),
              mediaType: 'text/csv; charset=utf-8',
            }),
    }),
    undoneBy: t.field({
      type: Task,
      nullable: true,
      description: 'The task that undid it, or is doing so.',
      resolve: ({ task }, _args, { loaders }) => (task.undoneById ? loaders.task.load(task.undoneById) : null),
    }),
  }),
});

builder.objectField(Task, 'import', (t) =>
  t.field({
    type: ImportReport,
    nullable: true,
    description: 'For IMPORT: what became of the file, so far or in the end. Else null.',
    resolve: (task) => (task.kind === 'IMPORT' ? importReport(task) : null),
  }),
);
