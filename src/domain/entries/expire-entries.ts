import type { ChangeLog } from '../../changes/change-log.ts';
import { type EntrySource, systemActor } from '../../changes/write-call.ts';
import type { Database } from '../../db/database.ts';
import { Turnstile } from '../../suppression-index/turnstile.ts';

/** P1.10: at most so many due entries of one environment in one go; fewer where all share one connection (P3.1). */
const PER_ENVIRONMENT = { postgres: 1_000, pglite: 250 };
/** Environments that are lifted from at once. */
const AT_ONCE = 8;
/** A due entry is lifted at most 5 s late; between its time and the sweep the number stays blocked. */
const SWEEP_MS = 1_000;

interface Due {
  id: string;
  phone: string;
  list_id: number;
  source: EntrySource;
}

export interface ExpirySweeperOptions {
  readonly database: Database;
  readonly log: ChangeLog;
  readonly logger: { warn(fields: object, message: string): void };
}

/**
 * Lifts entries whose time has come, as changes by the system. Any server sweeps; that a row is still due is checked
 * again under its lock, by the database's clock, so two servers lift it once.
 */
export class ExpirySweeper {
  readonly #options: ExpirySweeperOptions;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #isStopping = false;
  readonly #lifting = new Map<number, Promise<void>>();
  readonly #turnstile = new Turnstile(AT_ONCE);

  constructor(options: ExpirySweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
      });
    }, SWEEP_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.#lifting.values());
  }

  /** Begins to lift wherever something is due: an environment that is busy, or fails, holds up no other. Never rejects. */
  async #look(): Promise<void> {
    try {
      const { rows } = await this.#options.database.write.query<{ id: number }>(ENVIRONMENTS_WITH_DUE);
      for (const { id } of rows) if (!this.#lifting.has(id)) this.#lifting.set(id, this.#lift(id));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the sweep for expired entries failed and is repeated');
    }
  }

  /** All that is due in one environment: a whole list may end at one midnight. Never rejects. */
  async #lift(environmentId: number): Promise<void> {
    const { database, logger } = this.#options;
    const most = PER_ENVIRONMENT[database.kind];
    try {
      await this.#turnstile.pass(async () => {
        let lifted = most;
        while (lifted === most && !this.#isStopping) {
          const { rows } = await database.write.query<Due>(DUE, [environmentId, most]);
          if (rows.length > 0) await this.#expire(environmentId, rows);
          lifted = rows.length;
        }
      });
    } catch (error) {
      logger.warn({ err: error, environmentId }, 'expired entries could not be lifted; it is tried again');
    } finally {
      this.#lifting.delete(environmentId);
    }
  }

  async #expire(environmentId: number, due: readonly Due[]): Promise<void> {
    await this.#options.log.write({
      environmentId,
      actor: systemActor,
      operation: 'expireEntries',
      authority: 'SYSTEM',
      background: true,
      rows: due.map((row) => ({
        verb: 'EXPIRE',
        entryId: row.id,
        phone: row.phone,
        listId: row.list_id,
        source: row.source,
      })),
    });
  }
}

// now() and not clock_timestamp(): an index can be entered by it. One look into the index for each environment.
const ENVIRONMENTS_WITH_DUE = `SELECT v.id FROM environment v WHERE EXISTS (
  SELECT 1 FROM entry e WHERE e.environment_id = v.id AND e.active AND e.expires_at IS NOT NULL AND e.expires_at <= now())`;
const DUE = `SELECT id, phone, list_id, source FROM entry
  WHERE environment_id = $1 AND active AND expires_at IS NOT NULL AND expires_at <= now() ORDER BY expires_at LIMIT $2`;
