import type { ChangeEntriesTask } from '../../domain/entries/change-many-entries.ts';
import type { TaskRow } from '../../domain/tasks/task-row.ts';
import { builder } from '../builder.ts';
import { Task } from './task.ts';

type BulkRow = TaskRow & { readonly input: ChangeEntriesTask };

const BulkReport = builder.objectRef<BulkRow>('BulkReport').implement({
  description:
    'What a bulk action by filter has done so far. It asks again of each entry before it changes it, and leaves alone what was added after the call came.',
  fields: (t) => ({
    matchedCount: t.int({
      nullable: true,
      description: 'Entries that fitted when the call came; null when they were too many to count in time.',
      resolve: ({ input }) => input.matchedCount,
    }),
    changedCount: t.int({ description: 'Entries that were changed.', resolve: ({ counts }) => counts.CHANGED ?? 0 }),
    unchangedCount: t.int({
      description: 'Entries that were so already.',
      resolve: ({ counts }) => counts.UNCHANGED ?? 0,
    }),
    refusedCount: t.int({
      description: 'Entries that the rules kept as they are.',
      resolve: ({ counts }) => refused(counts),
    }),
    changedMeanwhileCount: t.int({
      description:
        'Entries that somebody changed between the look at them and the change: left as they are. Repeat the call if they still fit.',
      resolve: ({ counts }) => (counts.REFUSED_CHANGED ?? 0) + (counts.NOT_FOUND ?? 0),
    }),
  }),
});

function refused(counts: TaskRow['counts']): number {
  const byRules = Object.entries(counts).filter(([code]) => /^REFUSED_(?!CHANGED$)/.test(code));
  return byRules.reduce((sum, [, count]) => sum + count, 0);
}

builder.objectField(Task, 'bulk', (t) =>
  t.field({
    type: BulkReport,
    nullable: true,
    description: 'For APPROVE, UNAPPROVE and REMOVE: what became of the entries.',
    resolve: (task) => (['APPROVE', 'UNAPPROVE', 'REMOVE'].includes(task.kind) ? (task as BulkRow) : null),
  }),
);
