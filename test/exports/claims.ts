import type { Database } from '../../src/db/database.ts';
import { findTaskFile } from '../../src/domain/files/find-task-file.ts';
import { readStoredFile } from '../../src/domain/files/stored-files.ts';
import { insertTask, type NewTask } from '../../src/domain/tasks/create-task.ts';
import { runningTask } from '../../src/tasks/running-task.ts';
import { claimTask } from '../../src/tasks/task-claim.ts';
import type { RunningTask, TaskHandler } from '../../src/tasks/task-handler.ts';

/** A task of the environment's first actor. */
export function newTask(database: Database, environmentId: number, task: Omit<NewTask, 'authority'>): Promise<string> {
  return database.transaction(async (sql) => {
    const { rows } = await sql.query<{ id: number }>('SELECT min(id) AS id FROM actor WHERE environment_id = $1', [
      environmentId,
    ]);
    return insertTask(sql, environmentId, rows[0]!.id, { authority: 'STAFF', ...task });
  });
}

export interface Claim {
  readonly task: RunningTask;
  readonly work: AsyncGenerator<unknown, void>;
}

/** Claims the only unfinished task, whose lease is over at once, as if its server had died. */
// biome-ignore lint/suspicious/noExplicitAny: as the runner holds handlers of all kinds
export async function claim(database: Database, handler: TaskHandler<any, any>): Promise<Claim> {
  const claimed = await claimTask(database.write, {
    serverId: 'test',
    leaseMs: -1,
    kinds: [handler.kind],
    served: [],
    onlyNew: false,
  });
  const signal = new AbortController().signal;
  const task = runningTask({ database, claimed: claimed!, leaseMs: -1, signal, onChange: () => {} });
  return { task, work: handler.run(task) };
}

/** Does so many batches; answers whether that was all. */
export async function batches(work: Claim['work'], most = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let n = 0; n < most; n += 1) if ((await work.next()).done) return true;
  return false;
}

/** Marks it done, as the runner does: the next task of the environment can be claimed. */
export async function finish(database: Database, taskId: string): Promise<void> {
  await database.write.query("UPDATE task SET state = 'DONE', finished_at = clock_timestamp() WHERE id = $1", [taskId]);
}

export async function fileOf(database: Database, environmentId: number, taskId: string): Promise<Buffer> {
  const file = await findTaskFile(database.read, environmentId, taskId, 'EXPORT');
  const parts: Buffer[] = [];
  for await (const part of readStoredFile(database.read, file!)) parts.push(part);
  return Buffer.concat(parts);
}
