import { startImport } from '../../domain/imports/start-import.ts';
import { unknownList } from '../../domain/list-ids.ts';
import type { StartedTask } from '../../domain/tasks/create-task.ts';
import { builder } from '../builder.ts';
import { idOf } from '../global-id.ts';
import { FileEncodingEnum } from './import-preview.ts';
import { ImportMode, ImportReview } from './import-report.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { Task } from './task.ts';
import { answering } from './user-error.ts';

const ImportColumnsInput = builder.inputType('ImportColumnsInput', {
  description: 'Which column of the file has what, counted from 0. What is left out the file does not have.',
  fields: (t) => ({
    phone: t.int({ description: 'The number. Must be given.' }),
    reason: t.int({ description: "Why; rows without one get the import's reason." }),
    evidence: t.int({ description: 'Proof of the request, as text or a link.' }),
    expiresAt: t.int({
      description:
        'When the entry ends, such as 2027-01-31. A past one makes the row invalid; an unreadable one sends it to review.',
    }),
    requestedAt: t.int({ description: 'When the person asked, such as 2026-03-04; by default when the import began.' }),
    externalReference: t.int({ description: 'Your own id for it.' }),
    businessNumber: t.int({ description: 'The number of your business that the person wrote to.' }),
  }),
});

const StartImportInput = builder.inputType('StartImportInput', {
  description: 'Which file to import, and how.',
  fields: (t) => ({
    upload: t.id({ required: true, description: 'The upload, which must be yours and complete.' }),
    list: t.string({ required: true, description: 'The key of the list, such as "DNC".' }),
    columns: t.field({
      type: ImportColumnsInput,
      description: 'Which column has what. Null: the first column has the numbers, and the rest is ignored.',
    }),
    headerLine: t.int({ description: 'The line of the header; rows begin behind it. Null: it is found.' }),
    hasHeader: t.boolean({ description: 'False: all rows are data. True: there is a header. Null: it is found.' }),
    encoding: t.field({ type: FileEncodingEnum, description: 'The encoding of a text file. Null: it is found.' }),
    delimiter: t.string({ description: 'The sign between the cells of a text file. Null: it is found.' }),
    defaultCountry: t.string({
      description:
        'How a number without + is read: the two letters of ISO 3166-1, such as "DE"; by default as the settings say.',
    }),
    reason: t.string({ description: 'Why, for all rows without a reason of their own; at most 1,000 characters.' }),
    review: t.field({
      type: ImportReview,
      required: true,
      defaultValue: 'FOR_REVIEW',
      description: 'What becomes of the entries.',
    }),
    mode: t.field({
      type: ImportMode,
      required: true,
      defaultValue: 'ADD',
      description:
        'What is done about numbers that the file lacks. REPLACE needs an origin, and entry:remove. It fails and changes nothing when no row of the file has a readable number (NOTHING_READABLE), or when some rows could not be read while numbers seem to lack (UNREADABLE_ROWS): such a row may be any of them. A row whose expiry is past has its number, which does not lack.',
    }),
    origin: t.string({
      description:
        'The named source of the file, 1 to 100 characters, the same for each of its files, such as "Vendor nightly".',
    }),
    maxLiftedShare: t.float({
      description:
        "REPLACE only: nothing is changed when more than this part of the origin's numbers would be lifted; 0 to 1, by default 0.1. What the file lacks and something else keeps isn't counted. No share lets a file with unreadable rows lift anything (see mode).",
    }),
    asOptOuts: t.boolean({
      required: true,
      defaultValue: false,
      description:
        "The file has people's own opt-outs from texts, carried over from another system: they go to DNT, are approved, and only each person's START lifts theirs. Cannot be undone. Needs the permission import:opt-outs.",
    }),
    isDryRun: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Change nothing, and count what would be done.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const StartImportPayload = builder.objectRef<Answer<StartedTask>>('StartImportPayload').implement({
  interfaces: [Payload],
  description: 'The answer to startImport.',
  fields: (t) => ({
    task: t.field({
      type: Task,
      nullable: true,
      description: 'The task that does it: follow it by taskProgress. Null when nothing was started (see userErrors).',
      resolve: ({ outcome }, _args, { loaders }) => (outcome ? loaders.task.load(outcome.taskId) : null),
    }),
  }),
});

builder.mutationField('startImport', (t) =>
  t.field({
    type: StartImportPayload,
    nullable: true,
    description:
      'Lists the numbers of an uploaded file, as a task. One bad row never fails the others, and every row is accounted for. Importing a file again adds nothing. ADMIN, COMPLIANCE and INTEGRATOR may.',
    authScopes: { may: 'file:import' },
    args: { input: t.arg({ type: StartImportInput, required: true, description: 'Which file, and how.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      const { environmentId } = viewer;
      const answer = await answering(async () => {
        const list = await services.list(environmentId, input.list);
        if (!list) throw await unknownList(services.database.read, environmentId, input.list, 'input.list');
        return startImport(
          viewer,
          { ...input, upload: idOf('Upload', input.upload) ?? '' },
          {
            log: services.log,
            database: services.database,
            settings: await services.settings(environmentId),
            list,
            now: new Date(),
          },
        );
      });
      services.tasks.wake();
      return answer;
    },
  }),
);
