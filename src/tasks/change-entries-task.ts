import type { ChangeLog } from '../changes/change-log.ts';
import { toPosition } from '../changes/position.ts';
import type { Database } from '../db/database.ts';
import type { ChangeEntriesTask } from '../domain/entries/change-many-entries.ts';
import type { SelectedEntry } from '../domain/entries/entry-selection.ts';
import { fittingEntries, nextStretch } from '../domain/entries/entry-stretch.ts';
import { inIndexOrder } from '../domain/entries/in-index-order.ts';
import { storedConditions } from './stored-conditions.ts';
import type { BatchEnd, RunningTask, TaskHandler } from './task-handler.ts';
import { whenNotBusy } from './when-not-busy.ts';

/** Entries of one look: a stretch of the list that is read through. */
const STRETCH = { postgres: 5_000, pglite: 1_000 } as const;
/** Entries of one write: a change set has at most 1,000 (P1.4), and PGlite serves nobody else meanwhile (P3.1). */
const BATCH = { postgres: 1_000, pglite: 250 } as const;
/** Where nothing fits there is nothing to write: progress is then kept so often. */
const SAVE_MS = 500;

/** The last entry that was looked at. */
interface Checkpoint {
  readonly after: number;
}

type Task = RunningTask<ChangeEntriesTask, Checkpoint>;

export interface ChangeEntriesServices {
  readonly database: Database;
  readonly log: ChangeLog;
}

/** Approves, unapproves or removes by filter what is too much for one call: a change set after the other. */
export function changeEntriesHandlers(services: ChangeEntriesServices): TaskHandler<ChangeEntriesTask, Checkpoint>[] {
  const kinds = ['APPROVE', 'UNAPPROVE', 'REMOVE'] as const;
  return kinds.map((kind) => ({ kind, run: (task) => changeEntries(services, task) }));
}

const steps = { APPROVE: 'Approving', UNAPPROVE: 'Sending back to review', REMOVE: 'Removing' } as const;

async function* changeEntries({ database, log }: ChangeEntriesServices, task: Task): AsyncGenerator<BatchEnd, void> {
  const { environmentId, input } = task;
  const { kind } = database;
  const { conditions } = await storedConditions(database.read, environmentId, input.selection);
  const meant = { most: BATCH[kind], addedBy: task.createdAt };
  let { rowsDone } = task;
  let after = task.checkpoint?.after ?? 0;
  let savedAt = performance.now();
  if (task.checkpoint === null) await task.save({ step: steps[input.action.verb], rowsTotal: input.matchedCount });

  while (after < input.throughId) {
    const rest = { after, through: input.throughId };
    const { stretch, entries } = await inIndexOrder(database, async (sql) => {
      const next = await nextStretch(sql, environmentId, rest, STRETCH[kind]);
      return { stretch: next, entries: await fittingEntries(sql, conditions, next, meant) };
    });
    after = entries.length === meant.most ? toPosition(entries.at(-1)!.id) : stretch.through;
    if (entries.length > 0) {
      rowsDone += entries.length;
      const call = callOf(task, entries, { checkpoint: { after }, rowsDone });
      yield* whenNotBusy(() => log.write(call));
      savedAt = performance.now();
    } else if (performance.now() - savedAt > SAVE_MS) {
      await task.save({ checkpoint: { after } });
      savedAt = performance.now();
    }
    yield;
  }
  await task.save({ step: 'Done', checkpoint: { after } });
}

/** One batch: its rows and where to go on are committed together, under the task's fence. */
function callOf(task: Task, entries: readonly SelectedEntry[], progress: { checkpoint: Checkpoint; rowsDone: number }) {
  const { action, reason, evidence } = task.input;
  const status = 'status' in action ? { status: action.status } : {};
  return {
    environmentId: task.environmentId,
    actor: task.actor,
    operation: action.operation,
    authority: task.authority,
    reason,
    evidence,
    onBehalfOf: task.onBehalfOf,
    rows: entries.map(({ id, ...entry }) => ({ verb: action.verb, entryId: id, ...entry, ...status })),
    task: { id: task.id, fence: task.fence, ...progress },
    background: true,
  };
}
