import { readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same number. */
export interface Owner {
  readonly pid: number;
  /** When it started, in ticks since boot; null where /proc doesn't say. */
  readonly startedAt: string | null;
  /** Of the running kernel, since ticks begin anew with each boot; null where /proc doesn't say. */
  readonly boot: string | null;
}

export function thisProcess(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid), boot: bootId() };
}

/** Whether the owner still runs: the number is in use, and by a process that started when it did, in this boot. */
export function isRunning(owner: Owner): boolean {
  if (owner.boot !== bootId()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return owner.startedAt === null || owner.startedAt === startOf(owner.pid);
}

/** Null for a process that isn't there, or is but a zombie: that has ended, and holds no file open. */
function startOf(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets and may hold blanks; the state is the 3rd, the start the 22nd.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

function bootId(): string | null {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
