import { randomUUID } from 'node:crypto';
import { accessSync, constants, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type Owner, thisProcess } from './lock-owner.ts';

const LOCK_FILE = 'quietline.lock';

/** Another process has the data folder open. */
export class DatabaseLockedError extends Error {
  readonly code = 'DATABASE_LOCKED';
  constructor(path: string, owner: Owner) {
    super(
      `The data folder is in use by process ${owner.pid} (lock file ${path}). Stop that process, or give this one ` +
        'another DATA_DIR; to run more than one server, use PostgreSQL (DATABASE_URL).',
    );
    this.name = 'DatabaseLockedError';
  }
}

/** The data folder can't be made or written to. */
export class UnusableFolderError extends Error {
  readonly code = 'DATA_DIR_UNUSABLE';
  constructor(folder: string, cause: unknown) {
    super(
      `The data folder ${folder} can't be written to (${(cause as Error).message}). Give this user the right to write ` +
        'there, or set DATA_DIR to another folder.',
      { cause },
    );
    this.name = 'UnusableFolderError';
  }
}

export interface FolderLock {
  release(): void;
}

interface Lock extends Owner {
  /** Made anew each time, so that two locks are never taken for the same. */
  readonly token: string;
}

/**
 * Makes the folder (mode 0700) and takes it for this process. PGlite has no lock of its own, and a second process
 * corrupts its files. The lock file lies beside the database's folder, not in it. A dead owner's lock is taken over, by
 * exactly one of those who try.
 * @throws DatabaseLockedError while the owner runs; UnusableFolderError
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UnusableFolderError(folder, error);
  }
  const path = join(folder, LOCK_FILE);
  const lock: Lock = { ...thisProcess(), token: randomUUID() };
  acquire(path, lock);
  return {
    release: () => {
      if (read(path)?.token === lock.token) rmSync(path, { force: true });
    },
  };
}

function acquire(path: string, lock: Lock): void {
  const draft = `${path}.${lock.token}`;
  writeFileSync(draft, JSON.stringify(lock), { flag: 'wx', mode: 0o600 });
  try {
    while (!createdAs(path, draft)) {
      const found = read(path);
      if (!found) continue;
      if (isRunning(found)) throw new DatabaseLockedError(path, found);
      if (takenOver(path, draft, found, lock)) return;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Like O_EXCL, but the file appears with its content: nobody ever reads an empty one. */
function createdAs(path: string, draft: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Between "its owner is dead" and "replace it" somebody else may have replaced it already. So whoever wants to replace a
 * lock first takes a claim that is named after that very lock, itself a lock that can be taken over, and looks again.
 */
function takenOver(path: string, draft: string, dead: Lock, lock: Lock): boolean {
  const claim = `${path}.${dead.token}.claim`;
  acquire(claim, { ...lock, token: randomUUID() });
  try {
    if (read(path)?.token !== dead.token) return false;
    renameSync(draft, path);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

function read(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Lock;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`The lock file ${path} can't be read: if no Quietline runs on this folder, delete it`, {
      cause: error,
    });
  }
}
