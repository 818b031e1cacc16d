import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import type { TaskKind } from '../domain/tasks/task-kind.ts';
import { endTasksOfEndedKeys } from './ended-keys.ts';
import { type ClaimedTask, claimTask, isTaskWaiting } from './task-claim.ts';
import type { TaskHandler } from './task-handler.ts';
import { attemptsOf, extendLeases } from './task-lease.ts';
import { TaskPlaces } from './task-places.ts';
import { type SeatOptions, type TaskLog, TaskSeat } from './task-seat.ts';
import { TaskTurns } from './task-turns.ts';

/** Batches that run at a time: one where all share one connection (P3.1), else less than half of the write pool (P3.2). */
const LANES = { postgres: 2, pglite: 1 };
/** Environments of which it is remembered when they were served. */
const REMEMBERED = 1_000;

const DEFAULTS = {
  /** Tasks that this server holds at a time. */
  places: 8,
  leaseMs: 30_000,
  heartbeatMs: 5_000,
  pollMs: 1_000,
  /** Pause before the second attempt of a task that failed; it doubles with each further one. */
  backoffMs: 1_000,
  /** See TaskPlaces. */
  sliceMs: 10_000,
  turnMs: 300_000,
  /** Longest wait for the batches under way when the server stops. */
  stopMs: 2_000,
};

export interface TaskRunnerOptions extends Partial<typeof DEFAULTS> {
  readonly database: Database;
  readonly log: TaskLog;
  readonly handlers: readonly TaskHandler[];
  readonly serverId?: string;
  /** Batches that run at a time; by default 2 on PostgreSQL and 1 on PGlite. */
  readonly lanes?: number;
  readonly onChange?: SeatOptions['onChange'];
  readonly caughtUp?: SeatOptions['caughtUp'];
}

/**
 * Does the tasks, beside the runners of all other servers: claims what waits, gives each claimed task its turn, keeps
 * their leases, and gives the place to another after a while. All times of leases are the database's. What a runner
 * believes to hold is checked by the fence of every write, so being wrong about it does no harm.
 */
export class TaskRunner {
  readonly #options: TaskRunnerOptions & typeof DEFAULTS & { serverId: string };
  readonly #handlers: ReadonlyMap<TaskKind, TaskHandler>;
  readonly #places: TaskPlaces;
  readonly #turns: TaskTurns<TaskSeat>;
  /** Environments, the one that was served longest ago first. */
  readonly #served = new Set<number>();
  #pollTimer: NodeJS.Timeout | null = null;
  #beatTimer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #beating: Promise<void> | null = null;
  #isRunning = false;
  #onEmpty: () => void = () => {};

  constructor(options: TaskRunnerOptions) {
    this.#options = { ...DEFAULTS, serverId: randomUUID(), ...options };
    const { database, lanes = LANES[database.kind] } = options;
    this.#handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]));
    this.#places = new TaskPlaces(this.#options);
    this.#turns = new TaskTurns({ lanes, onOver: (seat) => this.#over(seat) });
  }

  start(): void {
    this.#isRunning = true;
    this.#beatTimer = setInterval(() => {
      this.#beating ??= this.#beat()
        .then(() => this.endedKeys())
        .finally(() => {
          this.#beating = null;
        });
    }, this.#options.heartbeatMs).unref();
    this.wake();
  }

  /** There may be work: look now. */
  wake(): void {
    this.#lookAgain = true;
    if (this.#isRunning && !this.#looking) this.#looking = this.#look();
  }

  /** A task was cancelled through this server; the others learn of it by their next write or heartbeat. */
  cancelled(environmentId: number, taskId: string): void {
    for (const seat of this.#places.seats)
      if (seat.claim.environmentId === environmentId && seat.claim.id === taskId) seat.leave('TAKEN');
    this.wake();
  }

  /** Ends the tasks of keys that are good no more: at once after a revocation, else with each heartbeat. Never rejects. */
  async endedKeys(): Promise<void> {
    const { database, log, onChange = () => {} } = this.#options;
    try {
      for (const { environmentId, id } of await endTasksOfEndedKeys(database.write)) {
        this.cancelled(environmentId, id);
        onChange(environmentId, id, true);
      }
    } catch (error) {
      log.warn({ err: error }, 'the tasks of ended keys could not be ended; it is tried again');
    }
  }

  /** Gives everything back, after the batches under way or soon enough; another server goes on at once. Never rejects. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    if (this.#beatTimer) clearInterval(this.#beatTimer);
    if (this.#pollTimer) clearTimeout(this.#pollTimer);
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const seat of this.#places.seats) seat.leave('GIVEN_BACK');
    const enough = sleep(this.#options.stopMs, undefined, { ref: false });
    await Promise.race([Promise.all([this.#looking, this.#beating]), enough]);
    if (!this.#places.isEmpty) await Promise.race([empty, enough]);
    await Promise.all(this.#places.seats.map((seat) => seat.giveUp()));
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { log, pollMs } = this.#options;
    if (this.#pollTimer) clearTimeout(this.#pollTimer);
    try {
      while (this.#lookAgain && this.#isRunning) {
        this.#lookAgain = false;
        await this.#fillPlaces();
      }
    } catch (error) {
      log.warn({ err: error }, 'tasks could not be looked for; it is tried again');
    }
    this.#looking = null;
    // Servers that started together shouldn't ask together for ever.
    if (this.#isRunning) this.#pollTimer = setTimeout(() => this.wake(), pollMs * (0.75 + Math.random() / 2)).unref();
  }

  async #fillPlaces(): Promise<void> {
    for (let place = this.#places.next; place !== null && this.#isRunning; place = this.#places.next) {
      const claimed = (place === 'QUICK' ? await this.#claim(true) : null) ?? (await this.#claim(false));
      if (!claimed) return;
      this.#seat(claimed);
    }
    await this.#makeRoom();
  }

  #claim(onlyNew: boolean): Promise<ClaimedTask | null> {
    const { database, serverId, leaseMs } = this.#options;
    const kinds = [...this.#handlers.keys()];
    return claimTask(database.write, { serverId, leaseMs, kinds, served: [...this.#served], onlyNew });
  }

  #seat(claimed: ClaimedTask): void {
    const { environmentId, id, kind } = claimed;
    const { onChange = () => {}, caughtUp = async () => {}, ...options } = this.#options;
    const seat = new TaskSeat(claimed, this.#handlers.get(kind)!, { ...options, onChange, caughtUp });
    this.#places.take(seat);
    this.#served.delete(environmentId);
    this.#served.add(environmentId);
    for (const longestAgo of this.#served) if (this.#served.size > REMEMBERED) this.#served.delete(longestAgo);
    if (!this.#isRunning) seat.leave('GIVEN_BACK');
    onChange(environmentId, id, false);
    this.#turns.join(seat);
  }

  #over(seat: TaskSeat): void {
    this.#places.leave(seat);
    if (this.#places.isEmpty) this.#onEmpty();
    this.wake();
  }

  /** All places are taken. Only who has got further leaves a place that isn't quick: its preparation must not be for nothing. */
  async #makeRoom(): Promise<void> {
    const { write } = this.#options.database;
    const kinds = [...this.#handlers.keys()];
    const quick = this.#places.overdue('QUICK');
    if (quick && (await isTaskWaiting(write, { kinds, onlyNew: true }))) return quick.leave('GIVEN_BACK');
    const other = this.#places.overdue('ANY');
    if (!other || !(await isTaskWaiting(write, { kinds, onlyNew: false }))) return;
    if ((await attemptsOf(write, other.claim)) === 0) other.leave('GIVEN_BACK');
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    const { database, log, leaseMs } = this.#options;
    const seats = this.#places.seats.filter(({ isLeaving }) => !isLeaving);
    if (seats.length === 0) return;
    try {
      const claims = seats.map(({ claim }) => claim);
      const isHeld = await extendLeases(database.write, claims, leaseMs);
      for (const [n, seat] of seats.entries()) if (!isHeld[n]) seat.leave('TAKEN');
    } catch (error) {
      log.warn({ err: error }, 'the leases of tasks could not be extended; it is tried again');
    }
  }
}
