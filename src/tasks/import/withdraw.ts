import type { ChangeLog } from '../../changes/change-log.ts';
import type { WriteCall } from '../../changes/write-call.ts';
import type { Pause, RunningTask } from '../task-handler.ts';
import { whenNotBusy } from '../when-not-busy.ts';
import type { ClaimedEntry } from './claims.ts';

/** A batch of entries that imports give up (R6.3). */
export interface Withdrawal {
  readonly entries: readonly ClaimedEntry[];
  readonly listId: number;
  /** The imports whose claims end. */
  readonly of: readonly string[];
  readonly operation: 'startImport' | 'undoImport';
  readonly reason: string;
  readonly checkpoint: object;
  /** Of the task, with these. */
  readonly rowsDone: number;
}

/** Ends claims, and lifts each entry that nobody else claims and nobody has changed by hand; the codes are counted. */
export async function* withdraw(
  log: ChangeLog,
  task: RunningTask,
  withdrawal: Withdrawal,
): AsyncGenerator<Pause, void> {
  const { environmentId, id, fence, actor, authority, onBehalfOf } = task;
  const { entries, listId, of, operation, reason, checkpoint, rowsDone } = withdrawal;
  const call: WriteCall = {
    environmentId,
    actor,
    operation,
    authority,
    onBehalfOf,
    reason,
    background: true,
    rows: entries.map((entry) => ({
      verb: 'WITHDRAW',
      entryId: entry.id,
      phone: entry.phone,
      listId,
      source: 'IMPORT',
    })),
    claims: { of },
    task: { id, fence, checkpoint, rowsDone },
  };
  yield* whenNotBusy(() => log.write(call));
}
