import { EXIT, type ExitCode } from './exit-codes.ts';

/** Why a command couldn't do what it was asked: for people (what to do, no key and no number), and for scripts. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  constructor(exitCode: ExitCode, code: string, message: string) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.code = code;
  }
}

export function wrongUse(message: string): CommandFailure {
  return new CommandFailure(EXIT.usage, 'USAGE', message);
}

/** It may work in a moment: what asks again by itself looks for this. */
export function unreachable(code: string, message: string): CommandFailure {
  return new CommandFailure(EXIT.unreachable, code, message);
}

export function refused(code: string, message: string): CommandFailure {
  return new CommandFailure(EXIT.refused, code, message);
}

/** The log isn't what was written; `problem` names no number and no text. */
export function notIntact(position: number, problem: string): CommandFailure {
  const sentence = problem.replace(/\.$/, '');
  return new CommandFailure(EXIT.notIntact, 'NOT_INTACT', `The log isn't intact at position ${position}: ${sentence}.`);
}
