import { type UndoReport as UndoReportShape, undoReport } from '../../domain/imports/import-report.ts';
import { undoImport } from '../../domain/imports/undo-import.ts';
import type { StartedTask } from '../../domain/tasks/create-task.ts';
import { builder } from '../builder.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { Task, taskIdOf } from './task.ts';
import { answering } from './user-error.ts';

const UndoReport = builder.objectRef<UndoReportShape>('UndoReport').implement({
  description:
    "What became of the entries that an import had a claim on, so far or in the end. An entry is lifted only when nothing else holds it; the import's claim on it ends all the same, but on PERMANENT and opted-out entries, which stay as they are. Undoing a REPLACE doesn't list again what it lifted: import the earlier file again for that.",
  fields: (t) => ({
    import: t.field({
      type: Task,
      nullable: true,
      description: 'The import that is undone.',
      resolve: ({ importId }, _args, { loaders }) => loaders.task.load(importId),
    }),
    liftedCount: t.exposeInt('liftedCount', { description: 'Entries that were lifted.' }),
    keptClaimedCount: t.exposeInt('keptClaimedCount', { description: 'Kept because another import has them too.' }),
    keptEditedCount: t.exposeInt('keptEditedCount', {
      description: 'Kept because somebody edited, raised or approved them by hand since.',
    }),
    keptPermanentCount: t.exposeInt('keptPermanentCount', { description: 'Kept because they are permanent.' }),
    keptOptedOutCount: t.exposeInt('keptOptedOutCount', {
      description: 'Kept because the person opted out themselves: only their own START lifts that.',
    }),
  }),
});

builder.objectField(Task, 'undo', (t) =>
  t.field({
    type: UndoReport,
    nullable: true,
    description: 'For UNDO_IMPORT: what was lifted and what was kept. Else null.',
    resolve: (task) => (task.kind === 'UNDO_IMPORT' ? undoReport(task) : null),
  }),
);

const UndoImportInput = builder.inputType('UndoImportInput', {
  description: 'Which import to undo, and why.',
  fields: (t) => ({
    import: t.id({ required: true, description: "The import, by its task's id." }),
    reason: t.string({
      required: true,
      description: 'Why these numbers may be contacted again, at most 1,000 characters; kept with every change.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const UndoImportPayload = builder.objectRef<Answer<StartedTask>>('UndoImportPayload').implement({
  interfaces: [Payload],
  description: 'The answer to undoImport.',
  fields: (t) => ({
    task: t.field({
      type: Task,
      nullable: true,
      description: 'The task that undoes it; null when nothing was started (see userErrors).',
      resolve: ({ outcome }, _args, { loaders }) => (outcome ? loaders.task.load(outcome.taskId) : null),
    }),
  }),
});

builder.mutationField('undoImport', (t) =>
  t.field({
    type: UndoImportPayload,
    nullable: true,
    description:
      "Withdraws an import's claims, as a task: lifts each of its entries that no other import claims and that nobody has edited, raised or approved by hand since. Of an import that failed or was cancelled, what it had done. Refused for opt-outs that were carried over. COMPLIANCE and ADMIN may.",
    authScopes: { may: 'import:undo' },
    args: { input: t.arg({ type: UndoImportInput, required: true, description: 'Which import, and why.' }) },
    resolve: async (_root, { input: { import: importId, ...input } }, { viewer, services }) => {
      const answer = await answering(() =>
        undoImport(viewer, { ...input, importId: taskIdOf(importId) }, { log: services.log }),
      );
      services.tasks.wake();
      return answer;
    },
  }),
);
