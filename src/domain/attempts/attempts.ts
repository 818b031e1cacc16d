import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Database } from '../../db/database.ts';
import { ATTEMPTS_FOLDER, privateFolder } from '../../db/private-folder.ts';
import { loadServerSecret } from '../instance.ts';
import { within } from '../verdicts/within.ts';
import type { NewAttempt } from './attempt.ts';
import { AttemptQueue, type Waiting } from './attempt-queue.ts';
import { AttemptWriter, type WriterOptions } from './attempt-writer.ts';
import { Journal } from './journal.ts';
import { HEARTBEAT_MS, leftOverJournals, makeJournalFolder } from './journal-file.ts';

/** An attempt is in the database so soon after it was made, when the database keeps up. */
const FLUSH_MS = 200;
const RETRY_MS = 1_000;
/** Environments written at once: the other connections of the pool are for changes of the list. */
const AT_ONCE = 3;
/** Attempts in memory; beyond them the journal alone has them. */
const MAX_WAITING = 50_000;
/** How long a caller waits for the database, where it has to. */
const PATIENCE_MS = 2_000;
const WARN_EVERY_MS = 60_000;

export interface AttemptsOptions extends WriterOptions {
  readonly spoolDir: string;
  readonly maxWaiting?: number;
}

/**
 * Keeps attempts without making the verdict wait for the database: each is appended to a journal on the local disk before
 * the answer leaves, and written to the database with others within a second. What a killed process left in its journal
 * the next start writes. Where there is no journal (a full disk), the caller waits for the database.
 */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #folder: string;
  readonly #writer: AttemptWriter;
  readonly #queues = new Map<number, AttemptQueue>();
  #journal: Journal | null = null;
  #waiting = 0;
  #timer: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #recovering: Promise<void> = Promise.resolve();
  #readingBack: Promise<void> | null = null;
  #isClosed = false;
  readonly #warned = new Map<string, number>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
    this.#folder = join(options.spoolDir, ATTEMPTS_FOLDER);
    this.#writer = new AttemptWriter(options);
  }

  /** Opens the journal, and begins to write what killed servers left. Never rejects: without a journal it goes on. */
  async start(): Promise<void> {
    await this.#openJournal();
    this.#recovering = this.#recover();
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /**
   * Keeps one attempt. Nearly always done when it returns; else it waits for the database, at most 2 s. What can't be
   * kept at all is counted, and the answer goes out all the same.
   */
  record(attempt: NewAttempt): Promise<void> | undefined {
    const queue = this.#queue(attempt.environmentId);
    const isFull = this.#waiting >= (this.#options.maxWaiting ?? MAX_WAITING);
    const file = this.#journal?.append(attempt, isFull) ?? null;
    this.#schedule(FLUSH_MS);
    if (file?.isSpilled) return undefined;
    if (isFull) return this.#keepNow(attempt);
    this.#waiting += 1;
    if (file) {
      queue.push({ attempt, file });
      return undefined;
    }
    this.#warn('no journal', {}, 'the journal of attempts could not be written: they wait for the database');
    const written = new Promise<boolean>((done) => queue.push({ attempt, file, done }));
    void queue.drain();
    return within(PATIENCE_MS, written).then(() => {});
  }

  /** Waits until the attempts that this server has made of an environment can be read, at most 2 s. */
  async written(environmentId: number): Promise<void> {
    const work = async () => {
      await this.#recovering;
      // One that is being written needn't be the last.
      for (let n = 0; n < 2; n++) await this.#queues.get(environmentId)?.drain();
      await this.#readBack();
      return true;
    };
    await within(PATIENCE_MS, work());
  }

  /** Writes what there is, and removes the journal, or leaves it to the next start. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    const work = async () => {
      await this.#recovering;
      for (let n = 0; n < 2; n++) await Promise.all([...this.#queues.values()].map((queue) => queue.drain()));
      await this.#readBack();
      return true;
    };
    await within(PATIENCE_MS, work());
    this.#journal?.close();
  }

  #queue(environmentId: number): AttemptQueue {
    let queue = this.#queues.get(environmentId);
    if (!queue) {
      queue = new AttemptQueue({
        environmentId,
        write: (...batch) => this.#writer.write(...batch),
        onWritten: (batch) => this.#written(batch),
        onTrouble: (err) =>
          this.#warn('trouble', { err, waiting: this.#waiting }, 'attempts could not be written to the database yet'),
      });
      this.#queues.set(environmentId, queue);
    }
    return queue;
  }

  #written(batch: readonly Waiting[]): void {
    this.#waiting -= batch.length;
    for (const { file, done } of batch) {
      if (file) this.#journal?.written(file, 1);
      done?.(true);
    }
  }

  /** Neither memory nor disk has room: a blocked one is worth the wait, an allowed one is not. */
  async #keepNow(attempt: NewAttempt): Promise<void> {
    const write = () => this.#writer.write(attempt.environmentId, [attempt], 0).then(() => true);
    if (attempt.decision === 'BLOCK' && (await within(PATIENCE_MS, write()))) return;
    this.#queue(attempt.environmentId).lose();
    this.#warn('lost', { waiting: this.#waiting }, 'attempts could not be kept: see lostCount of attempts');
  }

  #schedule(ms: number): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => void this.#flush(), ms).unref();
  }

  /** Never rejects. */
  async #flush(): Promise<void> {
    const queues = [...this.#queues.values()].filter((queue) => !queue.isIdle);
    let isTaken = true;
    const write = async () => {
      for (let queue = queues.pop(); queue; queue = queues.pop()) if (!(await queue.drain())) isTaken = false;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, write));
    for (const [id, queue] of this.#queues) if (queue.isIdle) this.#queues.delete(id);
    if (isTaken) void this.#readBack();
    this.#timer = null;
    if (this.#queues.size > 0 || this.#journal?.hasSpilled) this.#schedule(isTaken ? FLUSH_MS : RETRY_MS);
  }

  /** Writes what memory had no room for. Never rejects. */
  #readBack(): Promise<void> {
    if (!this.#journal?.hasSpilled) return Promise.resolve();
    this.#readingBack ??= this.#readSpilled(this.#journal).finally(() => {
      this.#readingBack = null;
    });
    return this.#readingBack;
  }

  async #readSpilled(journal: Journal): Promise<void> {
    try {
      for (const file of journal.takeSpilled()) {
        await this.#writer.takeOver(file.path, { keep: true });
        journal.removeSpilled(file);
      }
    } catch (err) {
      this.#warn('trouble', { err }, 'attempts could not be written to the database yet');
    }
  }

  /** Never rejects. */
  async #recover(): Promise<void> {
    const { database, logger } = this.#options;
    try {
      const journals = await leftOverJournals(this.#folder, await identityOf(database));
      let attempts = 0;
      for (const path of journals) attempts += await this.#writer.takeOver(path);
      if (journals.length > 0) logger.info({ attempts }, 'the attempts that a killed server left were taken over');
    } catch (err) {
      this.#warn('left over', { err }, 'what killed servers left of attempts could not be taken over yet');
    }
  }

  async #beat(): Promise<void> {
    if (this.#journal) this.#journal.heartbeat();
    else await this.#openJournal();
    await this.#recovering;
    if (!this.#isClosed) this.#recovering = this.#recover();
  }

  async #openJournal(): Promise<void> {
    const { spoolDir, database } = this.#options;
    try {
      await privateFolder(spoolDir);
      await makeJournalFolder(this.#folder);
      const journal = new Journal({ folder: this.#folder, database: await identityOf(database) });
      if (!this.#isClosed) this.#journal = journal;
    } catch (err) {
      this.#warn('no journal', { err }, 'the journal of attempts could not be opened: they wait for the database');
    }
  }

  /** What goes wrong with one goes wrong with thousands: it is told once a minute. */
  #warn(what: string, fields: object, message: string): void {
    const now = performance.now();
    if (now - (this.#warned.get(what) ?? Number.NEGATIVE_INFINITY) < WARN_EVERY_MS) return;
    this.#warned.set(what, now);
    this.#options.logger.warn(fields, message);
  }
}

/** Tells the journals of one database from those of others on the same machine. */
async function identityOf(database: Database): Promise<string> {
  const secret = await loadServerSecret(database);
  return createHash('sha256').update('journal of attempts').update(secret).digest('hex').slice(0, 32);
}
