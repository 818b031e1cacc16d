import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/source-files.ts';

/** The built server in a process of its own, and what it takes of the machine. */
export interface ServerUnderTest {
  readonly url: string;
  readonly keys: { readonly production: string; readonly sandbox: string };
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServer(settings: Readonly<Record<string, string>>): Promise<ServerUnderTest> {
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], {
    env: { PORT: '0', LOG_LEVEL: 'warn', NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  while (!/^ {2}curl .*\n/m.test(printed)) {
    const [first] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
    if (typeof first === 'number') throw new Error(`the server ended: ${printed}`);
  }
  const [production, sandbox] = printed.match(/ql_(?:live|test)_\w+/g) ?? [];
  return {
    url: /listening at (http:\S+)\/graphql$/m.exec(printed)![1]!,
    keys: { production: production!, sandbox: sandbox! },
    pid: child.pid!,
    stop: () => stopped(child),
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Resident memory of a process in MiB, now; 0 when it is gone. */
export function residentMib(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  } catch {
    return 0;
  }
}

/** What a process has to itself, without shared buffers. */
export function ownMib(pid: number): number {
  try {
    return Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  } catch {
    return 0;
  }
}
