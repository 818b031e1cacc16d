import type { Database, Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptSelection } from './attempt-filter.ts';
import { attemptHead } from './attempt-page.ts';
import { AttemptQuery } from './attempt-query.ts';
import { ATTEMPT, type AttemptRecord, attemptRow } from './attempt-row.ts';

/** Whoever follows hears of an attempt of another server so long after it was written there, at most. */
const POLL_MS = 500;
/** Rows that a follower holds at a time. */
const BATCH = 200;
/** Positions that one statement looks at. */
const STRETCH = 10_000;

/** An environment that somebody follows. */
interface Followed {
  head: number;
  followers: number;
  readonly waiters: Set<() => void>;
}

/**
 * New attempts as they are written, for all who follow on this server. Each follower pulls from the table by positions,
 * which have no gaps, so it misses none; what is told here is only that the table has grown: by this server's own writes
 * at once, by one poll for those of others.
 */
export class AttemptFeed {
  readonly #database: Database;
  readonly #followed = new Map<number, Followed>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** The environment's attempts end here now. */
  grown(environmentId: number, head: number): void {
    const followed = this.#followed.get(environmentId);
    if (!followed || followed.head >= head) return;
    followed.head = head;
    for (const wake of [...followed.waiters]) wake();
  }

  /**
   * The attempts after a position, and then each as it is written, in the order of positions, until the signal. Null
   * begins with the next one.
   * @throws UserProblemError for a position that isn't reached yet
   */
  async follow(
    environmentId: number,
    selection: AttemptSelection,
    { after, signal }: { after: number | null; signal: AbortSignal },
  ): Promise<AsyncGenerator<AttemptRow, void>> {
    const { read } = this.#database;
    const { head } = await attemptHead(read, environmentId);
    if (after !== null && after > head) {
      const message = `There is no attempt at this position yet, so none can come after it; the last is at ${head}.`;
      throw new UserProblemError(problem('INVALID_VALUE', 'after', message));
    }
    return this.#stream(environmentId, selection, after ?? head, signal);
  }

  async *#stream(
    environmentId: number,
    selection: AttemptSelection,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<AttemptRow, void> {
    const followed = this.#hold(environmentId, after);
    try {
      let position = after;
      while (!signal.aborted) {
        const end = Math.min(followed.head, position + STRETCH);
        if (end <= position) {
          await waitFor(followed, signal);
          continue;
        }
        const rows = await readStretch(this.#database.read, environmentId, selection, position, end);
        for (const row of rows) {
          if (signal.aborted) return;
          yield row;
        }
        position = rows.length < BATCH ? end : rows.at(-1)!.position;
      }
    } finally {
      followed.followers -= 1;
      if (followed.followers === 0) this.#followed.delete(environmentId);
    }
  }

  #hold(environmentId: number, head: number): Followed {
    const followed = this.#followed.get(environmentId) ?? { head, followers: 0, waiters: new Set() };
    followed.followers += 1;
    this.#followed.set(environmentId, followed);
    this.#schedule(0);
    return followed;
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#poll(), ms).unref();
  }

  /** Never rejects. */
  async #poll(): Promise<void> {
    try {
      const { rows } = await this.#database.read.query<{ environment_id: number; head: string }>(
        'SELECT environment_id, head FROM attempt_head WHERE environment_id = ANY ($1::int[])',
        [[...this.#followed.keys()]],
      );
      for (const { environment_id: environmentId, head } of rows) this.grown(environmentId, Number(head));
    } catch {
      // Whoever follows waits; the next poll is soon.
    }
    this.#timer = null;
    if (this.#followed.size > 0) this.#schedule(POLL_MS);
  }
}

function waitFor(followed: Followed, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake);
      followed.waiters.delete(wake);
      resolve();
    };
    signal.addEventListener('abort', wake, { once: true });
    followed.waiters.add(wake);
  });
}

async function readStretch(
  sql: Sql,
  environmentId: number,
  selection: AttemptSelection,
  after: number,
  end: number,
): Promise<AttemptRow[]> {
  const query = new AttemptQuery(environmentId, selection);
  const between = `a.position > ${query.bind(after, 'bigint')} AND a.position <= ${query.bind(end, 'bigint')}`;
  const { rows } = await sql.query<AttemptRecord>(
    `SELECT ${ATTEMPT} FROM attempt a WHERE a.environment_id = $1::int AND ${between} ${query.conditions()}
      ORDER BY a.position LIMIT ${BATCH}`,
    query.values,
  );
  return rows.map(attemptRow);
}
