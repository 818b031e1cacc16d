import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { vi } from 'vitest';
import { compiled } from '../start/compiled.ts';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import type { Quietline } from '../support/quietline.ts';

/** Each command is a process, and a busy machine starts few of them a second. */
vi.setConfig({ testTimeout: 60_000 });

/** Made before any server is: it takes seconds in which nothing else of this process runs. */
const program = compiled('src/cli/main.ts');

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command while it runs. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Settles when this has been printed on standard output or standard error; fails when the command ends before. */
  printed(text: string | RegExp): Promise<void>;
}

/** `quietline` as an integrator has it: a process of its own, with these variables and none of ours. */
export class Commands {
  readonly #variables: Readonly<Record<string, string>>;

  constructor(server: Pick<Quietline, 'url'>, client: Pick<Client, 'token'> | null) {
    this.#variables = {
      QUIETLINE_ENDPOINT: `${server.url}/graphql`,
      ...(client?.token && { QUIETLINE_KEY: client.token }),
    };
  }

  start(args: readonly string[], { input = '' }: { input?: string } = {}): Running {
    return this.#start(process.execPath, [program, ...args], input);
  }

  /** What a person sees of it: standard output and standard error on one terminal. */
  async onTerminal(...args: string[]): Promise<Ended> {
    const line = [process.execPath, program, ...args].map((arg) => `'${arg}'`).join(' ');
    return this.#start('script', ['-qefc', `stty columns 120; ${line}`, '/dev/null'], '').ended;
  }

  #start(file: string, args: readonly string[], input: string): Running {
    const child = spawn(file, args, { env: { PATH: '/usr/bin:/bin', HOME: tmpdir(), ...this.#variables } });
    child.stdin.end(input);
    const output = { stdout: '', stderr: '' };
    const changed: (() => void)[] = [];
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        for (const look of changed) look();
      });
    }
    const ended = once(child, 'close').then(([exitCode]): Ended => ({ exitCode, ...output }));
    onceEnded('a command', async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return {
      process: child,
      ended,
      printed: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (
              [output.stdout, output.stderr].some((seen) =>
                typeof text === 'string' ? seen.includes(text) : text.test(seen),
              )
            )
              resolve();
          };
          changed.push(look);
          look();
          void ended.then((end) => reject(new Error(`The command ended: ${JSON.stringify(end)}`)));
        }),
    };
  }

  async run(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** What a program reads of it with --json: every object, the last one apart. */
  async json(...args: string[]): Promise<{ exitCode: number | null; lines: Json[]; last: Json }> {
    const { exitCode, stdout } = await this.run(...args, '--json');
    const lines = jsonLines(stdout);
    return { exitCode, lines: lines.slice(0, -1), last: lines.at(-1)! };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each command has its own
export type Json = Record<string, any>;

export function jsonLines(text: string): Json[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Json);
}
