import type { Command } from 'commander';
import { Api } from './api.ts';
import { connectionOf } from './connection.ts';
import type { ExitCode } from './exit-codes.ts';
import { Output } from './output.ts';

/** What a command works with. */
export interface Session {
  readonly api: Api;
  readonly output: Output;
}

export function outputOf(command: Command): Output {
  return new Output(command.optsWithGlobals<{ json?: boolean }>().json === true);
}

/** Lets a command work with the server; what it answers is how the process ends. */
export function withSession<Arguments extends unknown[]>(
  run: (session: Session, ...parameters: Arguments) => Promise<ExitCode>,
): (...parameters: [...Arguments, Command]) => Promise<void> {
  return async (...parameters) => {
    const command = parameters.at(-1) as Command;
    const output = outputOf(command);
    const api = new Api(connectionOf(command), (notice) => output.note(notice));
    process.exitCode = await run({ api, output }, ...(parameters.slice(0, -1) as Arguments));
  };
}
