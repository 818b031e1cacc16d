import { builder } from '../builder.ts';
import { Task, taskIdOf } from './task.ts';

builder.subscriptionField('taskProgress', (t) =>
  t.field({
    type: Task,
    nullable: true,
    description:
      'A task now, then whenever something of it has changed (at most four messages a second), whichever server works at it; ends after the message in which it has ended. One null when there is no such task that you may see.',
    authScopes: { may: 'list:read' },
    args: { task: t.arg.id({ required: true, description: 'The id of the task.' }) },
    subscribe: (_root, { task }, { viewer, services, signal }) =>
      services.taskProgress.follow(viewer, taskIdOf(task), signal),
    resolve: (task) => task,
  }),
);
