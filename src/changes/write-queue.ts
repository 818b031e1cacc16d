import type { Sql } from '../db/database.ts';
import type { Interned } from './interned.ts';
import type { CallResult, WriteCall, WriteOutcome } from './write-call.ts';
import { writeEntries } from './write-entries.ts';
import { OverloadedError, UnknownOutcomeError } from './write-errors.ts';

/** A group is one transaction: large enough to amortise the commit, small enough to keep the lock short (P1.2). */
const MAX_GROUP_ROWS = 2_000;
const MAX_GROUP_CALLS = 256;
/** So many groups of single calls in a row go before a task batch that waits; callers who never pause must not keep it out. */
const MAX_GROUPS_BEFORE_BACKGROUND = 8;
/** Invariant 10: rows that may wait in one environment's queue on this server. */
const MAX_WAITING_ROWS = 200_000;

interface Waiting {
  readonly call: WriteCall;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One environment's writes on this server, with group commit (P1.3): while one database call runs, the next callers
 * gather, and then go together in one, each with its own change set, answer and error. Single calls go before task
 * batches, which still get their turn (P1.10: an expiry is at most 5 s late). A group that fails is tried again one by one, so that nobody fails for a neighbour.
 */
export class WriteQueue {
  readonly #sql: Sql;
  readonly #interned: Interned;
  readonly #environmentId: number;
  readonly #afterCommit: (position: number) => void;
  #waiting: Waiting[] = [];
  #background: Waiting[] = [];
  #waitingRows = 0;
  #running = false;
  /** Groups of single calls since a task batch began to wait or went. */
  #groupsBefore = 0;

  constructor(options: {
    sql: Sql;
    interned: Interned;
    environmentId: number;
    afterCommit: (position: number) => void;
  }) {
    this.#sql = options.sql;
    this.#interned = options.interned;
    this.#environmentId = options.environmentId;
    this.#afterCommit = options.afterCommit;
  }

  get isIdle(): boolean {
    return !this.#running && this.#waiting.length === 0 && this.#background.length === 0;
  }

  write(call: WriteCall): Promise<WriteOutcome> {
    if (this.#waitingRows > 0 && this.#waitingRows + call.rows.length > MAX_WAITING_ROWS)
      return Promise.reject(new OverloadedError());
    return new Promise((resolve, reject) => {
      (call.background ? this.#background : this.#waiting).push({ call, resolve, reject });
      this.#waitingRows += call.rows.length;
      if (!this.#running) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0 || this.#background.length > 0) {
      const group = takeGroup(this.#nextQueue());
      await this.#commit(group);
      for (const { call } of group) this.#waitingRows -= call.rows.length;
    }
    this.#running = false;
  }

  #nextQueue(): Waiting[] {
    if (this.#background.length === 0) {
      this.#groupsBefore = 0;
      return this.#waiting;
    }
    this.#groupsBefore += 1;
    if (this.#waiting.length > 0 && this.#groupsBefore <= MAX_GROUPS_BEFORE_BACKGROUND) return this.#waiting;
    this.#groupsBefore = 0;
    return this.#background;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#write(group.map(({ call }) => call));
      for (const [n, waiting] of group.entries()) settle(waiting, results[n]!);
    } catch (error) {
      // Of an unknown outcome nothing may be done again (P1.7): it could undo what came in between.
      if (group.length === 1 || error instanceof UnknownOutcomeError) for (const { reject } of group) reject(error);
      else for (const waiting of group) await this.#commit([waiting]);
    }
  }

  async #write(calls: readonly WriteCall[]): Promise<CallResult[]> {
    const results = await writeEntries(this.#sql, this.#interned, this.#environmentId, calls);
    const positions = results.map((result) => (result instanceof Error ? 0 : result.position));
    this.#afterCommit(Math.max(...positions));
    return results;
  }
}

function settle(waiting: Waiting, result: CallResult): void {
  if (result instanceof Error) waiting.reject(result);
  else waiting.resolve(result);
}

/**
 * The longest run of calls from the head of the queue that can be resolved as one set: additions or changes, not both,
 * no number in two calls (the second must see what the first did), and no retry beside its original.
 */
function takeGroup(queue: Waiting[]): Waiting[] {
  const phones = new Set<string>();
  const retries = new Set<string>();
  let rows = 0;
  let taken = 0;
  for (const { call } of queue) {
    const fits =
      taken === 0 ||
      (rows + call.rows.length <= MAX_GROUP_ROWS && taken < MAX_GROUP_CALLS && sameKind(queue[0]!.call, call));
    const retry = onceOf(call);
    if (!fits || (retry && retries.has(retry)) || (taken > 0 && call.rows.some((row) => phones.has(row.phone)))) break;
    for (const row of call.rows) phones.add(row.phone);
    if (retry) retries.add(retry);
    rows += call.rows.length;
    taken += 1;
  }
  return queue.splice(0, taken);
}

/** What a call is taken once by: its original has to be committed before it is looked at again. */
function onceOf({ idempotency, word, actor, operation }: WriteCall): string | undefined {
  if (word) return `${word.door} ${word.externalId}`;
  return idempotency && `${actor.subject} ${operation} ${idempotency.key}`;
}

function sameKind(a: WriteCall, b: WriteCall): boolean {
  return isAddition(a) === isAddition(b);
}

function isAddition(call: WriteCall): boolean {
  return call.rows[0]?.verb === 'ADD';
}
