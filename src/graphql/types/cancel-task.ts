import { type CancelledTask, cancelTask } from '../../domain/tasks/cancel-task.ts';
import { builder } from '../builder.ts';
import { type Answer, Payload } from './payload.ts';
import { Task, taskIdOf } from './task.ts';
import { answering } from './user-error.ts';

const CancelTaskInput = builder.inputType('CancelTaskInput', {
  description: 'Which task to end. Cancelling again does no harm, so a retry needs no key.',
  fields: (t) => ({ task: t.id({ required: true, description: 'Which task, by its id.' }) }),
});

const CancelTaskPayload = builder.objectRef<Answer<CancelledTask>>('CancelTaskPayload').implement({
  interfaces: [Payload],
  description: 'The answer to cancelTask.',
  fields: (t) => ({
    task: t.field({
      type: Task,
      nullable: true,
      description: 'The task as it now is: nothing more is done. Null when nothing was cancelled (see userErrors).',
      resolve: ({ outcome }) => outcome?.task ?? null,
    }),
    isChanged: t.boolean({
      description: 'False when it was cancelled before.',
      resolve: ({ outcome }) => outcome?.isChanged ?? false,
    }),
  }),
});

builder.mutationField('cancelTask', (t) =>
  t.field({
    type: CancelTaskPayload,
    nullable: true,
    description:
      'Ends a task that is queued or running: nothing of it is committed after the answer, and what was stays. Refused when it has ended already. COMPLIANCE and ADMIN may, and whoever started it.',
    authScopes: { may: 'list:read' },
    args: { input: t.arg({ type: CancelTaskInput, required: true, description: 'Which task.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      const { environmentId } = viewer;
      const taskId = taskIdOf(input.task);
      const answer = await answering(() => cancelTask(viewer, taskId, { database: services.database }));
      if (answer.outcome?.isChanged) services.tasks.cancelled(environmentId, taskId);
      return answer;
    },
  }),
);
