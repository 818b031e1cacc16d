import { rm } from 'node:fs/promises';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database, DatabaseLog } from '../../db/database.ts';
import { sqlState } from '../../db/database-errors.ts';
import type { NewAttempt } from './attempt.ts';
import { readJournal } from './journal-file.ts';
import { writeAttempts } from './write-attempts.ts';

const BATCH = 500;
/** The data is at fault, or its environment is not there: the same again would fail for ever. */
const NEVER = /^(22|23502|23503|54)/;

export interface WriterOptions {
  readonly database: Database;
  readonly log: ChangeLog;
  readonly logger: DatabaseLog;
  /** The environment's attempts end here now. */
  readonly onHead: (environmentId: number, head: number) => void;
}

/** Brings attempts into the database, from memory or from journals; each is taken once, however often it is brought. */
export class AttemptWriter {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** @throws whatever the database throws: nothing of it may be there, or all; write it again */
  async write(environmentId: number, attempts: readonly NewAttempt[], lost: number): Promise<void> {
    const { database, log, logger, onHead } = this.#options;
    try {
      const ids = new Map<string, number>();
      for (const { actor } of attempts)
        if (!ids.has(actor.subject)) ids.set(actor.subject, await log.actorId(environmentId, actor));
      const rows = attempts.map(({ actor, ...facts }) => ({ ...facts, actorId: ids.get(actor.subject)! }));
      onHead(environmentId, await writeAttempts(database, environmentId, rows, lost));
    } catch (error) {
      if (!NEVER.test(sqlState(error) ?? '')) throw error;
      if (attempts.length <= 1) logger.error({ err: error, environmentId }, 'an attempt could not be kept');
      if (attempts.length === 1) await this.write(environmentId, [], lost + 1);
      if (attempts.length <= 1) return;
      // One of them keeps the others from being written.
      const half = attempts.length >> 1;
      await this.write(environmentId, attempts.slice(0, half), lost);
      await this.write(environmentId, attempts.slice(half), 0);
    }
  }

  /** Writes what a journal holds, and removes it unless the caller does. */
  async takeOver(path: string, { keep = false } = {}): Promise<number> {
    const attempts = await readJournal(path);
    const byEnvironment = new Map<number, NewAttempt[]>();
    for (const attempt of attempts) {
      const others = byEnvironment.get(attempt.environmentId);
      if (others) others.push(attempt);
      else byEnvironment.set(attempt.environmentId, [attempt]);
    }
    for (const [environmentId, all] of byEnvironment)
      for (let n = 0; n < all.length; n += BATCH) await this.write(environmentId, all.slice(n, n + BATCH), 0);
    if (!keep) await rm(path, { force: true });
    return attempts.length;
  }
}
