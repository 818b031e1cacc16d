import type { TaskKind } from '../../domain/tasks/task-kind.ts';
import { type TaskLogLine as TaskLogLineRow, taskLogLines } from '../../domain/tasks/task-log-lines.ts';
import { estimatedEndAt, rowsPerSecond } from '../../domain/tasks/task-rate.ts';
import type { TaskRow, TaskState } from '../../domain/tasks/task-row.ts';
import { builder } from '../builder.ts';
import { idOf } from '../global-id.ts';
import { Actor } from './actor.ts';

const kinds: Record<TaskKind, string> = {
  IMPORT: 'Lists the numbers of an uploaded file.',
  UNDO_IMPORT: "Withdraws an import's claims.",
  ENTRY_EXPORT: 'Writes entries to a file.',
  LOG_EXPORT: 'Writes the log to a file.',
  SCRUB: 'Splits an uploaded file into rows that may be contacted and rows that may not.',
  APPROVE: 'Approves many entries.',
  UNAPPROVE: 'Sends many entries back to review.',
  REMOVE: 'Lifts many entries.',
};

export const TaskKindEnum = builder.enumType('TaskKind', {
  description: 'What a task does.',
  values: Object.fromEntries(Object.entries(kinds).map(([kind, description]) => [kind, { description }])) as Record<
    TaskKind,
    { description: string }
  >,
});

const states: Record<TaskState, string> = {
  QUEUED:
    'It waits for its turn: of an environment, one task that changes entries runs at a time, and one that only reads (scrubs, exports, dry runs), the oldest first; they take turns with those of other environments.',
  RUNNING: 'A server is working at it.',
  DONE: 'It has done all there was to do.',
  FAILED: 'It could not go on: see `failure`. What was done for `rowsDone` rows stays.',
  CANCELLED: 'Somebody ended it. What was done for `rowsDone` rows stays.',
};

export const TaskStateEnum = builder.enumType('TaskState', {
  description: 'How far a task is.',
  values: Object.fromEntries(Object.entries(states).map(([state, description]) => [state, { description }])) as Record<
    TaskState,
    { description: string }
  >,
});

const TaskFailure = builder.objectRef<{ code: string; message: string }>('TaskFailure').implement({
  description: 'Why a task could not go on.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'For programs, such as "NOT_A_TABLE"; INTERNAL_ERROR is our fault.' }),
    message: t.exposeString('message', {
      description: 'For people: what happened, and what to do. Never holds a phone number.',
    }),
  }),
});

const TaskLogLevel = builder.enumType('TaskLogLevel', {
  description: 'Whether a line of a task wants attention.',
  values: { INFO: { description: 'It does not.' }, WARN: { description: 'It does.' } },
});

const TaskLogLine = builder.objectRef<TaskLogLineRow>('TaskLogLine').implement({
  description: 'Something that a task told while it worked.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    level: t.field({
      type: TaskLogLevel,
      description: 'Whether it wants attention.',
      resolve: ({ level }) => (level === 'warn' ? 'WARN' : 'INFO'),
    }),
    message: t.exposeString('message', { description: 'For people. Never holds a phone number.' }),
  }),
});

/**
 * What a task is in the schema is a TaskRow that the viewer may see (`loaders.task`, or `findTasks`). What only one kind
 * has to tell is a field beside its own types: `builder.objectField(Task, 'scrub', (t) => t.field({ type: ScrubReport,
 * nullable: true, resolve: (task) => (task.kind === 'SCRUB' ? task : null), … }))`. Below `taskProgress` a field is asked
 * again with each message, so it must not answer from a loader what changes meanwhile.
 */
export const Task = builder.objectRef<TaskRow>('Task');

builder.node(Task, {
  description:
    'Long work with progress. It survives crashes of servers: another one goes on where the last batch was committed, and nothing is done twice. ADMIN, COMPLIANCE and AUDITOR see all tasks, others those they have started.',
  id: {
    resolve: ({ id }) => id,
    description: 'The id of this task, for `task`, `taskProgress` and cancelTask.',
  },
  loadMany: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.task.load(taskNumber(id)))),
  fields: (t) => ({
    kind: t.field({ type: TaskKindEnum, description: 'What it does.', resolve: ({ kind }) => kind }),
    state: t.field({ type: TaskStateEnum, description: 'How far it is.', resolve: ({ state }) => state }),
    step: t.exposeString('step', { description: 'What it is doing, for people; empty before it began.' }),
    rowsDone: t.exposeInt('rowsDone', {
      description: 'Rows of the file, or entries, that are done; committed, unless it changes nothing.',
    }),
    rowsTotal: t.exposeInt('rowsTotal', { nullable: true, description: 'How many there are; null until it is known.' }),
    rowsPerSecond: t.float({
      nullable: true,
      description: 'Rows per second from the start to the last progress; null while there is none.',
      resolve: rowsPerSecond,
    }),
    estimatedEndAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it will be done if it goes on like this; null unless it is running and knows its total.',
      resolve: estimatedEndAt,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a server first took it up.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When something of it last changed.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, however it did.',
    }),
    startedBy: t.prismaField({
      type: Actor,
      nullable: true,
      description: 'Who asked for it. Null without the permission evidence:see.',
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: (query, { environmentId, actorId: id }, _args, { services }) =>
        services.database.prisma.actor.findUnique({ ...query, where: { environmentId_id: { environmentId, id } } }),
    }),
    failure: t.field({
      type: TaskFailure,
      nullable: true,
      description:
        'For FAILED: why. KEY_REVOKED: the key that started it was revoked or has expired; it stops at the next batch, wherever it runs.',
      resolve: ({ failureCode: code, failureMessage }) => (code ? { code, message: failureMessage ?? '' } : null),
    }),
    logLines: t.field({
      type: [TaskLogLine],
      description: 'The newest 100 lines of what it told, oldest first.',
      resolve: (task, _args, { services }) => taskLogLines(services.database.read, task),
    }),
  }),
});

/** '0' for anything that isn't the id of a task: there is none with that id. */
export function taskIdOf(globalId: string): string {
  return taskNumber(idOf('Task', globalId) ?? '');
}

function taskNumber(id: string): string {
  return /^\d{1,18}$/.test(id) ? id : '0';
}
