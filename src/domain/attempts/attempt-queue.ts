import type { NewAttempt } from './attempt.ts';
import type { JournalFile } from './journal.ts';

/** Rows of one write; larger ones would keep the event loop from the next verdict. */
const BATCH = 100;

export interface Waiting {
  readonly attempt: NewAttempt;
  /** The file that has it until the database does; null: only memory has it. */
  readonly file: JournalFile | null;
  /** The database has it. */
  readonly done?: (written: true) => void;
}

export interface QueueOptions {
  readonly environmentId: number;
  readonly write: (environmentId: number, attempts: readonly NewAttempt[], lost: number) => Promise<void>;
  readonly onWritten: (batch: readonly Waiting[]) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** The attempts of one environment that are on their way to the database, in order. */
export class AttemptQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Waiting[] = [];
  #lost = 0;
  #draining: Promise<boolean> | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#lost === 0;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** One more that could not be kept; told to the database with the next batch. */
  lose(): void {
    this.#lost += 1;
  }

  /**
   * Writes all that there is now; what comes meanwhile waits for the next time, or each would be a write of its own. While
   * it is at it already, that is what is answered. False when the database takes none of it now. Never rejects.
   */
  drain(): Promise<boolean> {
    this.#draining ??= this.#work().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #work(): Promise<boolean> {
    const { environmentId, write, onWritten, onTrouble } = this.#options;
    for (let left = this.#waiting.length; left > 0 || this.#lost > 0; ) {
      const batch = this.#waiting.slice(0, Math.min(left, BATCH));
      const lost = this.#lost;
      try {
        await write(
          environmentId,
          batch.map(({ attempt }) => attempt),
          lost,
        );
      } catch (error) {
        onTrouble(error);
        return false;
      }
      this.#waiting.splice(0, batch.length);
      left -= batch.length;
      this.#lost -= lost;
      onWritten(batch);
    }
    return true;
  }
}
