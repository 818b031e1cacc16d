import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

/** What to say to somebody who presses Ctrl-C. */
export interface Farewell {
  readonly message: string;
  /** For programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** On Ctrl-C (or SIGTERM) says how things stand, and ends the process. Returns how to take it back. */
export function onInterrupt(output: Output, exitCode: ExitCode, farewell: () => Farewell): () => void {
  const end = () => {
    const { message, facts } = farewell();
    output.note(message);
    void output
      .tell({ type: exitCode === EXIT.done ? 'result' : 'error', code: 'INTERRUPTED', message, ...facts, exitCode })
      .finally(() => process.exit(exitCode));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
