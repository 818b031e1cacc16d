import type { Viewer } from '../../src/auth/viewer.ts';
import { startTask } from '../../src/domain/tasks/create-task.ts';
import type { TaskKind } from '../../src/domain/tasks/task-kind.ts';
import { isFinished, readTasks, type TaskRow } from '../../src/domain/tasks/task-row.ts';
import type { BatchEnd, RunningTask, TaskHandler } from '../../src/tasks/task-handler.ts';
import { TaskRunner, type TaskRunnerOptions } from '../../src/tasks/task-runner.ts';
import { type Installation, installation, newAccount } from '../accounts/installation.ts';
import { onceEnded } from '../support/leftovers.ts';

const silent = { info() {}, warn() {}, error() {} };

/** What a toy task is told: how it is called in the test's notes, and how many batches it has. */
export interface ToyInput {
  readonly name: string;
  readonly batches: number;
  readonly isDryRun: boolean;
}
export type ToyTask = RunningTask<ToyInput, { readonly batch: number }>;

/** Runners without a server around them, on a database of the test's own. */
export interface TaskWorld extends Installation {
  /** Before each test: the runners of one would take what another left. */
  forgetTasks(): Promise<void>;
  /** Environments of accounts that have nothing to do with each other, by who holds their ADMIN key. */
  newEnvironment(): Promise<Viewer>;
  start(viewer: Viewer, name: string, batches?: number, kind?: TaskKind, isDryRun?: boolean): Promise<string>;
  /** Starts a runner; stops after the test if it still runs. */
  runner(work: ToyWork, options?: Partial<TaskRunnerOptions>): TaskRunner;
  row(viewer: Viewer, id: string): Promise<TaskRow>;
  /** Waits until a runner's doing has made this true of the task. */
  when(viewer: Viewer, id: string, fits: (row: TaskRow) => boolean): Promise<TaskRow>;
  ended(viewer: Viewer, id: string): Promise<TaskRow>;
  /** Of the table itself: what nobody else may see. */
  column<T>(name: string, id: string): Promise<T>;
}

export type ToyWork = (task: ToyTask) => AsyncGenerator<BatchEnd, void>;

export async function taskWorld(): Promise<TaskWorld> {
  const here = await installation();
  const { database, log } = here;
  const lookAgain = new Set<() => void>();
  let accounts = 0;

  const row = async (viewer: Viewer, id: string) =>
    (await readTasks(database.write, [{ environmentId: viewer.environmentId, id }]))[0]!;
  const when = async (viewer: Viewer, id: string, fits: (row: TaskRow) => boolean) => {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        const look = () => {
          lookAgain.delete(look);
          resolve();
        };
        lookAgain.add(look);
      });
      const now = await row(viewer, id);
      if (fits(now)) return now;
      await changed;
    }
  };
  return {
    ...here,
    forgetTasks: async () => void (await database.write.query('DELETE FROM task')),
    newEnvironment: async () => (await newAccount(here, `Account ${++accounts}`)).admin,
    async start(viewer, name, batches = 3, kind = 'SCRUB', isDryRun = false) {
      const input = { name, batches, isDryRun } satisfies ToyInput;
      const { taskId } = await startTask(log, viewer, 'startToy', {}, async () => ({
        kind,
        authority: 'STAFF',
        input,
      }));
      return taskId;
    },
    runner(work, options = {}) {
      const handlers = (['SCRUB', 'IMPORT'] as const).map(
        (kind): TaskHandler => ({ kind, run: (task) => work(task as ToyTask) }),
      );
      const onChange = () => {
        for (const look of lookAgain) look();
      };
      const runner = new TaskRunner({
        database,
        log: silent,
        handlers,
        pollMs: 20,
        backoffMs: 1,
        onChange,
        ...options,
      });
      onceEnded('a task runner', () => runner.stop());
      runner.start();
      return runner;
    },
    row,
    when,
    ended: (viewer, id) => when(viewer, id, isFinished),
    async column<T>(name: string, id: string) {
      const { rows } = await database.write.query<{ value: T }>(`SELECT ${name} AS value FROM task WHERE id = $1`, [
        id,
      ]);
      return rows[0]!.value;
    },
  };
}

/** Does so many batches of ten rows, each kept with its checkpoint; `note` hears of each before it is done. */
export function counting(note: (name: string, batch: number, task: ToyTask) => unknown = () => {}): ToyWork {
  return async function* work(task) {
    const { name, batches } = task.input;
    for (let batch = task.checkpoint?.batch ?? 0; batch < batches; batch += 1) {
      await note(name, batch, task);
      await task.save({ checkpoint: { batch: batch + 1 }, rowsDone: (batch + 1) * 10, count: { ROWS: 10 } });
      yield;
    }
  };
}
