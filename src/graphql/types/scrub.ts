import { findTaskFile } from '../../domain/files/find-task-file.ts';
import { type ScrubReport as ScrubReportShape, scrubReport, scrubSummary } from '../../domain/scrubs/scrub-report.ts';
import { startScrub } from '../../domain/scrubs/start-scrub.ts';
import type { StartedTask } from '../../domain/tasks/create-task.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { idOf } from '../global-id.ts';
import { CAMPAIGN, MESSAGE_TYPE } from './check.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { Download, downloadOf } from './download.ts';
import { FileEncodingEnum } from './import-preview.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { IDEMPOTENCY_KEY, ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { Task } from './task.ts';
import { answering } from './user-error.ts';
import { VerdictWarning } from './verdict-warning.ts';

const StartScrubInput = builder.inputType('StartScrubInput', {
  description: 'Which file to split, and for which contact.',
  fields: (t) => ({
    upload: t.id({ required: true, description: 'The upload, which must be yours and complete.' }),
    channel: t.field({ type: ChannelEnum, required: true, description: 'How the leads will be contacted.' }),
    direction: t.field({
      type: DirectionEnum,
      required: true,
      defaultValue: 'OUTBOUND',
      description: 'Who contacts whom.',
    }),
    campaign: t.string({ description: CAMPAIGN }),
    messageType: t.field({
      type: MessageTypeEnum,
      description: `${MESSAGE_TYPE} Implied consent suffices for CONVERSATIONAL, of whichever thread it is.`,
    }),
    phoneColumns: t.intList({
      description:
        'The columns with phone numbers, counted from 0, at most 10. A row may be contacted only when each number that it gives may be; empty cells give none. Null: the column that looks like phone numbers (see previewImport), or the first.',
    }),
    headerLine: t.int({ description: 'The line of the header; rows begin behind it. Null: it is found.' }),
    hasHeader: t.boolean({ description: 'False: all rows are data. True: there is a header. Null: it is found.' }),
    encoding: t.field({ type: FileEncodingEnum, description: 'The encoding of a text file. Null: it is found.' }),
    delimiter: t.string({ description: 'The sign between the cells of a text file. Null: it is found.' }),
    defaultCountry: t.string({
      description:
        'How a number without + is read: the two letters of ISO 3166-1, such as "DE"; by default as the settings say when the scrub is started.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
  }),
});

const StartScrubPayload = builder.objectRef<Answer<StartedTask>>('StartScrubPayload').implement({
  interfaces: [Payload],
  description: 'The answer to startScrub. Nothing in the log changes by it.',
  fields: (t) => ({
    task: t.field({
      type: Task,
      nullable: true,
      description: 'The task that does it: follow it by taskProgress. Null when nothing was started (see userErrors).',
      resolve: ({ outcome }, _args, { loaders }) => (outcome ? loaders.task.load(outcome.taskId) : null),
    }),
  }),
});

builder.mutationField('startScrub', (t) =>
  t.field({
    type: StartScrubPayload,
    nullable: true,
    description:
      'Splits an uploaded file of leads, as a task, into rows that may be contacted and rows that may not. A server that cannot vouch for its answers lets no row through: the task waits, and fails as a whole (STALE or NOT_READY) when that lasts longer than a minute. ADMIN, COMPLIANCE and INTEGRATOR may.',
    authScopes: { may: 'file:import' },
    args: { input: t.arg({ type: StartScrubInput, required: true, description: 'Which file, for which contact.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      const answer = await answering(async () =>
        startScrub(
          viewer,
          { ...input, upload: idOf('Upload', input.upload) ?? '' },
          {
            log: services.log,
            database: services.database,
            settings: await services.settings(viewer.environmentId),
          },
        ),
      );
      services.tasks.wake();
      return answer;
    },
  }),
);

const ScrubReport = builder.objectRef<ScrubReportShape>('ScrubReport').implement({
  description:
    'What became of the rows of a lead file, so far or in the end: checkedCount = callableCount + blockedCount + invalidCount. Duplicate rows are kept, and empty lines are no rows.',
  fields: (t) => ({
    fileName: t.string({ description: 'The name of the file.', resolve: ({ input }) => input.file.name }),
    channel: t.field({
      type: ChannelEnum,
      description: 'How the leads will be contacted.',
      resolve: ({ input }) => input.channel,
    }),
    direction: t.field({
      type: DirectionEnum,
      description: 'Who contacts whom.',
      resolve: ({ input }) => input.direction,
    }),
    campaignKey: t.string({
      nullable: true,
      description: 'The key of the campaign that makes the contacts, as asked. See `warnings`.',
      resolve: ({ input }) => input.campaign ?? null,
    }),
    messageType: t.field({
      type: MessageTypeEnum,
      nullable: true,
      description: 'What the texts are about, as asked.',
      resolve: ({ input }) => input.messageType ?? null,
    }),
    warnings: t.field({
      type: [VerdictWarning],
      description: 'UNKNOWN_CAMPAIGN, when some of the rows were checked while there was no such campaign; or nothing.',
      resolve: ({ warnings }) => [...warnings],
    }),
    phoneColumns: t.intList({
      description: 'The columns that were taken for phone numbers, counted from 0.',
      resolve: ({ input }) => [...input.phoneColumns],
    }),
    checkedCount: t.exposeInt('checkedCount', { description: 'Rows that were checked.' }),
    callableCount: t.exposeInt('callableCount', {
      description: 'Rows that may be contacted; for SMS, texted. They are in the callable file.',
    }),
    blockedCount: t.exposeInt('blockedCount', {
      description:
        'Rows with a number that is on a list which blocks this contact or, with the setting consentEnforcement BLOCK, lacks the consent for its message type. They are in the blocked file.',
    }),
    invalidCount: t.exposeInt('invalidCount', {
      description:
        'Other rows with a number that cannot be read, or with none at all. They are in the blocked file, too. Inbound there are none.',
    }),
    withoutConsentCount: t.exposeInt('withoutConsentCount', {
      nullable: true,
      description:
        'Rows of the callable file with a number whose consent does not suffice for the message type: with the setting consentEnforcement OFF or WARN they may be contacted. Null without a messageType.',
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      nullable: true,
      description:
        'The proof: the place in the log that the first rows were checked at; the others were checked there or later. Every number that was blocked there, and has not been lifted since, is in the blocked file; and whoever follows `entryChanges` from here learns of every number that was blocked afterwards. Null before the first row.',
      resolve: ({ cursor }) => cursor,
    }),
    callableFile: t.field({
      type: Download,
      nullable: true,
      description:
        'The rows that may be contacted, in their order, with the header and all columns untouched. A text file keeps each row as it stood (delimiter, quotation marks, line ends) and becomes UTF-8; a sheet becomes CSV. Once the task is done; kept for 7 days. Null for whoever may not scrub (any more).',
      authScopes: { may: 'file:import' },
      unauthorizedResolver: () => null,
      resolve: (report, _args, context) => resultOf(report, 'CALLABLE', context),
    }),
    blockedFile: t.field({
      type: Download,
      nullable: true,
      description:
        'The other rows, in their order, with four columns more: quietline_outcome (BLOCKED or INVALID), quietline_reason (what an agent can read out), quietline_lists (keys of lists, with a blank between), quietline_line (the line in the uploaded file). Once the task is done; kept for 7 days. Null for whoever may not scrub (any more).',
      authScopes: { may: 'file:import' },
      unauthorizedResolver: () => null,
      resolve: (report, _args, context) => resultOf(report, 'BLOCKED', context),
    }),
    summary: t.string({
      description: 'All of it in a sentence, for people. Never holds a phone number.',
      resolve: scrubSummary,
    }),
  }),
});

builder.objectField(Task, 'scrub', (t) =>
  t.field({
    type: ScrubReport,
    nullable: true,
    description: 'For SCRUB: what became of the file, so far or in the end. Else null.',
    resolve: (task) => (task.kind === 'SCRUB' ? scrubReport(task) : null),
  }),
);

/** Not before the whole scrub is done: half a list of the blocked would pass for all of it (R3.3). */
async function resultOf({ task }: ScrubReportShape, purpose: 'CALLABLE' | 'BLOCKED', { services }: Context) {
  if (task.state !== 'DONE') return null;
  const file = await findTaskFile(services.database.read, task.environmentId, task.id, purpose);
  return file && downloadOf(services, file);
}
