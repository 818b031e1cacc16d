import type { ActorRef, Authority } from '../changes/write-call.ts';
import type { Sql } from '../db/database.ts';
import type { TaskKind } from '../domain/tasks/task-kind.ts';

/** What a task keeps of its work when a batch is done; absent fields stay. */
export interface TaskProgress {
  /** Where to go on after a crash, as JSON: another one after every batch, so that a batch is never counted twice. */
  readonly checkpoint?: object;
  /** What it is doing, in the words of a progress bar: `Reading the file`. */
  readonly step?: string;
  readonly rowsDone?: number;
  readonly rowsTotal?: number | null;
  /** Added to the task's counts, by name. */
  readonly count?: Readonly<Record<string, number>>;
  /** What the kind has to tell; replaces what was there. */
  readonly result?: object;
}

/** One claim of a task by this server: all it writes carries the claim's fence. */
export interface RunningTask<Input = unknown, Checkpoint = unknown> {
  readonly environmentId: number;
  readonly id: string;
  readonly kind: TaskKind;
  /** Of this claim; who holds an older one can write nothing more (P1.2). */
  readonly fence: number;
  /** Who started it; its changes are theirs. */
  readonly actor: ActorRef;
  readonly actorId: number;
  readonly authority: Authority;
  readonly onBehalfOf: { readonly id: string; readonly name?: string | null } | null;
  readonly input: Input;
  readonly createdAt: Date;
  /** As of the claim; null when nothing is done yet. `save` keeps this and the two below true, a write that carries a batch doesn't. */
  readonly checkpoint: Checkpoint | null;
  readonly rowsDone: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Aborted when the task is cancelled, its lease is lost, or the server stops: stop at the next batch. */
  readonly signal: AbortSignal;
  /**
   * Keeps progress under the fence, in one transaction with `work`.
   * @throws TaskFencedError when the task isn't this claim's any more; nothing is written then
   */
  save(progress: TaskProgress, work?: (sql: Sql) => Promise<void>): Promise<void>;
  /** Tells people; never a phone number. */
  say(level: 'info' | 'warn', message: string): Promise<void>;
}

/** One kind of task. */
export interface TaskHandler<Input = unknown, Checkpoint = unknown> {
  readonly kind: TaskKind;
  /**
   * Does the work from the checkpoint on. Each `yield` ends a batch: the runner gives other environments their turn (P3.6).
   * Returning is DONE; throwing TaskFailure is FAILED with its code and message; any other error is tried again.
   * A batch takes a second at most, since a server works at few at once; who waits for something else yields a Pause.
   * The generator may be ended at any yield (`finally` is run): the next claim, here or elsewhere, goes on.
   */
  run(task: RunningTask<Input, Checkpoint>): AsyncGenerator<BatchEnd, void>;
}

/** Yielded by a task that has nothing to do before this settles (a worker thread): meanwhile it takes no other task's turn. */
export interface Pause {
  readonly until: Promise<unknown>;
}

// biome-ignore lint/suspicious/noConfusingVoidType: what a bare `yield` gives
export type BatchEnd = void | Pause;

/** What a task can't go on with: a person has to mend it. The message says how, and holds no phone number. */
export class TaskFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'TaskFailure';
    this.code = code;
  }
}
