import { taskPage } from '../../domain/tasks/task-page.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Task, TaskKindEnum, TaskStateEnum, taskIdOf } from './task.ts';

const TaskFilterInput = builder.inputType('TaskFilter', {
  description: 'Which tasks: all that is given must hold.',
  fields: (t) => ({
    kinds: t.field({ type: [TaskKindEnum], description: 'Of one of these kinds.' }),
    states: t.field({ type: [TaskStateEnum], description: 'In one of these states.' }),
  }),
});

builder.queryField('tasks', (t) =>
  t.connection(
    {
      type: Task,
      nullable: true,
      description:
        'Tasks of your environment, newest first, finished ones too. Pages hold 1 to 100 (20 by default). ADMIN, COMPLIANCE and AUDITOR see all; others those that they have started.',
      authScopes: { may: 'list:read' },
      args: { filterBy: t.arg({ type: TaskFilterInput, description: 'Which tasks; without it all of them.' }) },
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, { filterBy, ...args }, { viewer, services }) => {
        const page = readPage(args, services.pages, `tasks ${viewer.environmentId}`);
        const rows = await taskPage(services.database.read, viewer, filterBy ?? {}, {
          size: page.size + 1,
          backwards: page.backwards,
          beyond: page.key?.id ?? null,
        });
        const more = rows.length > page.size;
        const shown = rows.slice(0, page.size);
        if (page.backwards) shown.reverse();
        return connectionOf(page, shown, more, ({ id }) => sealPage(services.pages, page.scope, '', { value: '', id }));
      },
    },
    { name: 'TaskConnection', description: 'A page of tasks.' },
    { name: 'TaskEdge', description: 'A task and its place in the page.' },
  ),
);

builder.queryField('task', (t) =>
  t.field({
    type: Task,
    nullable: true,
    description:
      'A task by its id. Null when there is none in your environment, or none that you may see: ADMIN, COMPLIANCE and AUDITOR see all, others those that they have started.',
    authScopes: { may: 'list:read' },
    args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
    resolve: (_root, { id }, { loaders }) => loaders.task.load(taskIdOf(id)),
  }),
);
