import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import { root } from '../support/source-files.ts';
import { compiled } from './compiled.ts';

export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Quietline as somebody starts it: a process with environment variables, of which one sees what it prints. */
export interface ServerProcess {
  readonly pid: number;
  /** The welcome's last line was printed: `url` is where it listens. Fails when the process ended before. */
  readonly listening: Promise<void>;
  readonly exited: Promise<Exit>;
  readonly url: string;
  stdout(): string;
  stderr(): string;
  /** The keys that this start has shown. */
  keys(): string[];
  /** The line that one is invited to paste. */
  curl(): string;
  client(token: string | undefined): Client;
  /** Answers when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
}

const patience = 60_000;

/** Starts one with these variables and none of ours; killed after the test if it still runs. */
export function startServerProcess(settings: Readonly<Record<string, string>>): ServerProcess {
  const child = runNode('src/main.ts', [], { PORT: '0', ...settings });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }));
  const told = () => `${output.stdout.slice(-4_000)}\n${output.stderr.slice(-4_000)}`;
  const listening = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The server did not start in time:\n${told()}`)), patience);
    child.stdout!.on('data', () => {
      if (!/^ {2}curl .*\n/m.test(output.stdout)) return;
      clearTimeout(late);
      resolve();
    });
    void exited.then(({ code, signal }) => {
      clearTimeout(late);
      reject(new Error(`The server ended with ${code ?? signal}:\n${told()}`));
    });
  });
  // Who starts one that is to fail doesn't ask.
  listening.catch(() => {});
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  onceEnded('a server process', async () => void (await kill('SIGKILL')));

  const found = (pattern: RegExp, what: string): string => {
    const match = pattern.exec(output.stdout)?.[1];
    if (!match) throw new Error(`The server printed no ${what}:\n${told()}`);
    return match;
  };
  return {
    pid: child.pid!,
    listening,
    exited,
    get url() {
      return found(/listening at (http:\S+)\/graphql$/m, 'address');
    },
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    keys: () => [...output.stdout.matchAll(/^ {2}(?:production|sandbox) +(ql_\w+)$/gm)].map(([, key]) => key!),
    curl: () => found(/^ {2}(curl .*)$/m, 'curl'),
    client(token) {
      return createClient({ url: this.url, fetch: (request) => fetch(request) }, token);
    },
    kill,
  };
}

/** What an operator's command printed, and how it ended. */
export async function runOperator(settings: Readonly<Record<string, string>>, ...args: string[]) {
  return finished(runNode('src/operator.ts', args, settings));
}

/** A line pasted into a shell. */
export async function paste(line: string) {
  return finished(spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] }));
}

export function lockFileOf(dataDir: string): string | undefined {
  const path = join(dataDir, 'quietline.lock');
  return existsSync(path) ? path : undefined;
}

function runNode(file: string, args: readonly string[], settings: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [compiled(file), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOME: tmpdir(), ...settings },
  });
}

async function finished(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, exitCode };
}
