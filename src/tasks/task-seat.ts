import { isFenced } from '../changes/write-errors.ts';
import type { Database } from '../db/database.ts';
import { runningTask } from './running-task.ts';
import type { ClaimedTask } from './task-claim.ts';
import { type BatchEnd, type RunningTask, TaskFailure, type TaskHandler } from './task-handler.ts';
import { attemptsOf, endClaim, type TaskEnding } from './task-lease.ts';
import type { AfterTurn } from './task-turns.ts';
import { isBusy } from './when-not-busy.ts';

/** What the runner tells the operator; a pino logger fits. */
export interface TaskLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface SeatOptions {
  readonly database: Database;
  readonly log: TaskLog;
  readonly leaseMs: number;
  /** Pause before the second attempt; it doubles with each further one. */
  readonly backoffMs: number;
  /** `isOver`: it left this server, in most cases because it has ended. */
  readonly onChange: (environmentId: number, taskId: string, isOver: boolean) => void;
  /** This server answers by all that was committed in the environment. */
  readonly caughtUp: (environmentId: number) => Promise<unknown>;
}

/** Attempts without progress, after which a task that fails has failed. */
const MAX_ATTEMPTS = 5;
/** Claims without progress and without a word of why: a task that ends its server must not end it for ever. */
const MAX_CLAIMS = 20;

/** A claimed task in one of the runner's places, from its claim to its end or until it has to leave. */
export class TaskSeat {
  readonly claim: ClaimedTask;
  readonly since = performance.now();
  readonly #options: SeatOptions;
  readonly #handler: TaskHandler;
  readonly #task: RunningTask;
  #work: AsyncGenerator<BatchEnd, void> | null = null;
  readonly #leave = new AbortController();
  readonly #left: Promise<void>;
  #leaving: 'TAKEN' | 'GIVEN_BACK' | null = null;

  constructor(claim: ClaimedTask, handler: TaskHandler, options: SeatOptions) {
    const { signal } = this.#leave;
    this.claim = claim;
    this.#handler = handler;
    this.#options = options;
    this.#left = new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const onChange = () => options.onChange(claim.environmentId, claim.id, false);
    this.#task = runningTask({ ...options, claimed: claim, signal, onChange });
  }

  get isLeaving(): boolean {
    return this.#leaving !== null;
  }

  /** Stops at the next batch: because it was cancelled or another server has it, or to be given back to whoever is next. */
  leave(how: 'TAKEN' | 'GIVEN_BACK'): void {
    this.#leaving ??= how;
    this.#leave.abort();
  }

  /** One batch. Never rejects. */
  async turn(): Promise<AfterTurn> {
    let after: AfterTurn = 'OVER';
    try {
      after = await this.#turn();
    } catch (error) {
      await this.#failed(error);
    }
    this.#options.onChange(this.claim.environmentId, this.claim.id, after === 'OVER');
    return after;
  }

  async #turn(): Promise<AfterTurn> {
    if (this.claim.attempts > MAX_CLAIMS)
      throw new TaskFailure('INTERNAL_ERROR', `The server ended ${MAX_CLAIMS} times at it. ${SEE_LOG}`);
    this.#work ??= this.#handler.run(this.#task);
    const { done, value } = await (this.#leaving ? this.#work.return() : this.#work.next());
    if (!done) return value ? { until: Promise.race([value.until, this.#left]) } : 'AGAIN';
    // Who was told to stop may have ended before it was done; if it was, the next claim finds nothing to do.
    if (this.#leaving) await this.#end({ state: 'QUEUED' });
    else await this.#done();
    return 'OVER';
  }

  async #done(): Promise<void> {
    // Whoever is told that it is done finds it true here, even if another server wrote the last batch.
    await this.#options.caughtUp(this.claim.environmentId).catch(() => {});
    await this.#end({ state: 'DONE' });
  }

  /** What the work threw, or the statement that was to end it. Never rejects. */
  async #failed(error: unknown): Promise<void> {
    if (isFenced(error) || this.#leaving === 'TAKEN') return;
    const { kind, id, environmentId } = this.claim;
    const fields = { err: error, task: id, kind, environmentId };
    try {
      if (this.#leaving) await this.#end({ state: 'QUEUED' });
      else if (error instanceof TaskFailure)
        await this.#end({ state: 'FAILED', code: error.code, message: error.message });
      else await this.#tryAgain(fields);
    } catch (failed) {
      // Its lease runs out, and whoever comes then goes on.
      if (!isFenced(failed)) this.#options.log.warn({ ...fields, err: failed }, 'a task could not be given back');
    }
  }

  async #tryAgain(fields: { readonly err: unknown }): Promise<void> {
    const { log, database, backoffMs } = this.#options;
    if (isBusy(fields.err)) {
      log.warn(fields, 'a task found the database busy and waits');
      return this.#end({ state: 'QUEUED', afterMs: backoffMs });
    }
    log.error(fields, 'a task failed');
    const attempts = Math.max(1, await attemptsOf(database.write, this.claim));
    if (attempts >= MAX_ATTEMPTS) {
      const message = `A fault of the server stopped it ${MAX_ATTEMPTS} times without progress. ${SEE_LOG}`;
      return this.#end({ state: 'FAILED', code: 'INTERNAL_ERROR', message });
    }
    await this.#task.say(
      'warn',
      `A fault of the server stopped it (attempt ${attempts} of ${MAX_ATTEMPTS}); it is tried again.`,
    );
    await this.#end({ state: 'QUEUED', afterMs: backoffMs * 2 ** (attempts - 1), isFault: true });
  }

  async #end(ending: TaskEnding): Promise<void> {
    if (this.#leaving === 'TAKEN') return;
    const { log, database } = this.#options;
    const { kind, id, environmentId } = this.claim;
    await endClaim(database.write, this.claim, ending);
    log.info({ task: id, kind, environmentId, ...ending }, 'a task left this server');
  }

  /** Whoever wants it may have it, although its batch hasn't ended here: what that writes from now on is fenced off. Never rejects. */
  async giveUp(): Promise<void> {
    await this.#end({ state: 'QUEUED' }).catch(() => {});
  }
}

const SEE_LOG = "What was done stays. The operator finds the reason in the server's log.";
