import type { Database } from '../db/database.ts';

const HOURLY_MS = 3_600_000;

export interface CleanerOptions {
  readonly database: Database;
  readonly log: { warn(fields: object, message: string): void };
}

/** Deletes what is kept for a time only: at start and then hourly, on any server, in steps small enough to hold up nobody. */
export abstract class HourlyCleaner {
  protected readonly database: Database;
  /** What it deletes, for the log. */
  protected abstract readonly what: string;
  readonly #log: CleanerOptions['log'];
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  protected isStopped = false;

  constructor(options: CleanerOptions) {
    this.database = options.database;
    this.#log = options.log;
  }

  start(): void {
    void this.clean();
    this.#timer = setInterval(() => void this.clean(), HOURLY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#running;
  }

  /** Deletes all that is due by now; after what is running already, so that nothing is missed. Never rejects. */
  clean(): Promise<void> {
    this.#running = this.#running.then(() => this.#cleanNow());
    return this.#running;
  }

  async #cleanNow(): Promise<void> {
    try {
      for (let steps = 0; !this.isStopped; steps += 1) if (!(await this.step(steps))) return;
    } catch (error) {
      this.#log.warn({ err: error }, `${this.what} could not be deleted; it is tried again in an hour`);
    }
  }

  /** One step, after so many others; true while there is more to do. */
  protected abstract step(before: number): Promise<boolean>;
}
