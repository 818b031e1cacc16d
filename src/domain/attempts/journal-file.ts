import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning, type Owner, thisProcess } from '../../db/lock-owner.ts';
import type { NewAttempt } from './attempt.ts';

/** A running server touches its journals so often; see `isLeftOver`. */
export const HEARTBEAT_MS = 60_000;
/** Of another machine (a container that is gone) nobody can tell whether it runs, but by its heartbeat. */
const FOREIGN_SILENT_MS = 5 * HEARTBEAT_MS;
/** A journal that no server of its database has come for. */
const FORGOTTEN_MS = 90 * 86_400_000;
const LONGEST_HEADER = 1_024;
const EXTENSION = '.journal';

/** The first line of a journal. */
interface Header {
  readonly version: 1;
  /** Of which database: several may be served from one machine. */
  readonly database: string;
  readonly host: string;
  readonly owner: Owner;
}

export function headerLine(database: string): string {
  const header: Header = { version: 1, database, host: hostname(), owner: thisProcess() };
  return `${JSON.stringify(header)}\n`;
}

export function journalName(id: string): string {
  return `${hostname()}-${process.pid}-${id}${EXTENSION}`;
}

/** The journals of a database whose servers have ended, and which are to be taken over. Forgotten ones are removed. */
export async function leftOverJournals(folder: string, database: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith(EXTENSION)) continue;
    const path = join(folder, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    const header = await readHeader(path).catch(() => null);
    if (header?.version === 1 && header.database === database && isLeftOver(header, age)) found.push(path);
    else if (age > FORGOTTEN_MS) await rm(path, { force: true });
  }
  return found;
}

async function readHeader(path: string): Promise<Header | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
    return parseLine<Header>(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0]!);
  } finally {
    await file.close();
  }
}

function isLeftOver({ host, owner }: Header, age: number): boolean {
  return host === hostname() ? !isRunning(owner) : age > FOREIGN_SILENT_MS;
}

/** The attempts of a journal. What isn't a whole line was never acknowledged: its server was killed while it wrote it. */
export async function readJournal(path: string): Promise<NewAttempt[]> {
  const [, ...lines] = (await readFile(path, 'utf8')).split('\n');
  const byId = new Map<string, NewAttempt>();
  for (const line of lines) {
    const attempt = parseLine<NewAttempt>(line);
    if (attempt?.id && attempt.environmentId) byId.set(attempt.id, attempt);
  }
  return [...byId.values()];
}

function parseLine<T extends object>(line: string): T | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? (value as T | null) : null;
  } catch {
    return null;
  }
}

export async function makeJournalFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
