import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning, type Owner, thisProcess } from '../db/lock-owner.ts';
import { ATTEMPTS_FOLDER, privateFolder } from '../db/private-folder.ts';
import { TaskFailure } from './task-handler.ts';

const OWNER_FILE = 'owner.json';
/** A folder of another machine, such as of a container that is gone, is left alone for so long. */
const FOREIGN_KEPT_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Where tasks keep what memory shouldn't hold while they work: files that anybody can make again, so that none of it
 * has to outlive the process. What a killed process left is removed by the next one that starts.
 */
export class Spool {
  readonly #root: string;
  #own: Promise<string> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** A new empty folder; whoever asked for it removes it. */
  async newFolder(): Promise<string> {
    const own = this.#own;
    try {
      return await this.#makeFolder();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      // A cleaner of temp folders took it: what is being made again needn't wait for a restart.
      // Who came at the same time may have begun that already.
      if (this.#own === own) this.#own = undefined;
      return this.#makeFolder();
    }
  }

  async #makeFolder(): Promise<string> {
    // A full or unwritable disk may be mended while the server runs.
    this.#own ??= this.#open().catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    const folder = join(await this.#own, randomUUID());
    await mkdir(folder, { mode: 0o700 });
    return folder;
  }

  /** Removes all of it, or leaves it to the next start. Never rejects. */
  async close(): Promise<void> {
    try {
      const own = await this.#own;
      if (own !== undefined) await rm(own, { recursive: true, force: true });
    } catch {}
  }

  async #open(): Promise<string> {
    await privateFolder(this.#root);
    await this.#clean();
    const own = join(this.#root, `${hostname()}-${process.pid}-${randomUUID()}`);
    await mkdir(own, { mode: 0o700 });
    await writeFile(join(own, OWNER_FILE), JSON.stringify(thisProcess()));
    return own;
  }

  async #clean(): Promise<void> {
    for (const name of await readdir(this.#root)) {
      // Journals are no left-over: what they hold can't be made again.
      if (name === ATTEMPTS_FOLDER) continue;
      const folder = join(this.#root, name);
      if (await isLeftOver(folder, name)) await rm(folder, { recursive: true, force: true });
    }
  }
}

/** What ended a task as it is told: no disk gets room by trying again. */
export function unlessFull(error: unknown): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new TaskFailure(
    'SPOOL_FULL',
    "The server's disk where imports sort their files is full: the operator makes room in SPOOL_DIR, for three times the file. What was imported stays: import the file again then, which adds only what is missing.",
  );
}

async function isLeftOver(folder: string, name: string): Promise<boolean> {
  const age = Date.now() - (await stat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  if (!name.startsWith(`${hostname()}-`)) return age > FOREIGN_KEPT_MS;
  const owner = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => null);
  // Killed before it could say whose it is, unless it is being made right now.
  return owner === null ? age > HOUR_MS : !isRunning(JSON.parse(owner) as Owner);
}
