import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import { findTasks, isFinished, readTasks, type TaskKey, type TaskRow } from './task-row.ts';

/** Whoever follows hears of a change at most so long after it, on whatever server the task runs. */
const POLL_MS = 500;
/** At most four messages a second. */
const PAUSE_MS = 250;
/** Invariant 10: tasks that one server follows at a time. */
const MAX_FOLLOWED = 1_000;

/** This server follows as many tasks as it may. */
export class TooManyFollowedError extends Error {
  readonly code = 'OVERLOADED';
  constructor() {
    super('Too many tasks are being followed on this server: ask for `task` now and then instead.');
    this.name = 'TooManyFollowedError';
  }
}

/** A task that somebody follows, and its newest row. */
interface Followed extends TaskKey {
  row: TaskRow | null;
  /** The row is gone: the database is another's. */
  isGone: boolean;
  readonly waiters: Set<() => void>;
  followers: number;
}

/**
 * The progress of tasks as it happens, for all who follow on this server: one poll asks for all their rows, and a change
 * made here is looked for at once. Each follower takes the newest row when it is ready for one; nothing is queued.
 */
export class TaskProgressFeed {
  readonly #sql: Sql;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | null = null;
  #isPolling = false;
  #isDirty = false;
  #lastPoll = Number.NEGATIVE_INFINITY;

  constructor(options: { sql: Sql }) {
    this.#sql = options.sql;
  }

  /** A task has changed on this server. That it is over is told at once: whoever waits for its end waits for nothing else. */
  changed(environmentId: number, id: string, isOver = false): void {
    const followed = this.#followed.get(keyOf({ environmentId, id }));
    if (!followed) return;
    if (isOver) void this.#look([followed]);
    this.#isDirty = true;
    if (!this.#isPolling) this.#schedule();
  }

  /**
   * The task now, then whenever it has changed, until it has ended. One null when the viewer may not see it, or there is
   * none: the two look the same.
   * @throws TooManyFollowedError
   */
  async *follow(viewer: Viewer, id: string, signal: AbortSignal): AsyncGenerator<TaskRow | null, void> {
    let [row] = await findTasks(this.#sql, viewer, [id]);
    if (!row) {
      yield null;
      return;
    }
    const followed = this.#hold(row);
    try {
      yield row;
      while (!isFinished(row)) {
        const newer = await this.#newer(followed, row, signal);
        if (!newer) return;
        row = newer;
        yield row;
      }
    } finally {
      this.#release(followed);
    }
  }

  #hold({ environmentId, id }: TaskKey): Followed {
    const key = keyOf({ environmentId, id });
    let followed = this.#followed.get(key);
    if (!followed) {
      if (this.#followed.size >= MAX_FOLLOWED) throw new TooManyFollowedError();
      followed = { environmentId, id, row: null, isGone: false, waiters: new Set(), followers: 0 };
      this.#followed.set(key, followed);
      this.#schedule();
    }
    followed.followers += 1;
    return followed;
  }

  #release(followed: Followed): void {
    followed.followers -= 1;
    if (followed.followers === 0) this.#followed.delete(keyOf(followed));
  }

  /** The newest row once it differs from this one; null when nobody waits any more, or the task is gone. */
  async #newer(followed: Followed, than: TaskRow, signal: AbortSignal): Promise<TaskRow | null> {
    while (!signal.aborted && !followed.isGone) {
      if (followed.row && isNewer(followed.row, than)) return followed.row;
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          followed.waiters.delete(wake);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
        followed.waiters.add(wake);
      });
    }
    return null;
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    const wait = this.#lastPoll + (this.#isDirty ? PAUSE_MS : POLL_MS) - performance.now();
    this.#timer = setTimeout(() => void this.#poll(), Math.max(0, wait));
    this.#timer.unref();
  }

  /** Never rejects. */
  async #poll(): Promise<void> {
    this.#timer = null;
    if (this.#followed.size === 0) return;
    this.#isPolling = true;
    this.#isDirty = false;
    this.#lastPoll = performance.now();
    await this.#look([...this.#followed.values()]);
    this.#isPolling = false;
    if (this.#followed.size > 0) this.#schedule();
  }

  /** Never rejects. */
  async #look(asked: readonly Followed[]): Promise<void> {
    try {
      const rows = new Map((await readTasks(this.#sql, asked)).map((row) => [keyOf(row), row]));
      for (const followed of asked) {
        const row = rows.get(keyOf(followed));
        // Two looks at a time may answer in either order.
        if (row && (!followed.row || isNewer(row, followed.row))) followed.row = row;
        if (!row) followed.isGone = true;
        for (const wake of [...followed.waiters]) wake();
      }
    } catch {
      // Whoever reads from a database that doesn't answer learns of it by the other questions; the next poll is soon.
    }
  }
}

function keyOf({ environmentId, id }: TaskKey): string {
  return `${environmentId} ${id}`;
}

/** A poll that began before the other row was read may have an older one. */
function isNewer(row: TaskRow, than: TaskRow): boolean {
  const [ms, thanMs] = [row.updatedAt.getTime(), than.updatedAt.getTime()];
  if (ms !== thanMs) return ms > thanMs;
  return row.state !== than.state || row.rowsDone !== than.rowsDone || row.step !== than.step;
}
