import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';

/** How a failed command ends: what to do on standard error, and for programs the last object on standard output. */
async function fail(error: unknown, output: Output): Promise<ExitCode> {
  // Commander has said it all already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { exitCode, code, message } =
    error instanceof CommandFailure
      ? error
      : {
          exitCode: EXIT.refused,
          code: 'UNEXPECTED',
          message: `This is a fault of the command: ${(error as Error).stack}`,
        };
  process.stderr.write(`${message}\n`);
  if (output.json) await output.tell({ type: 'error', code, message, exitCode });
  return exitCode;
}

const program = createProgram();
// A request that a server drops at once may never settle, and its timeout alone doesn't keep the process: without this it
// would end in silence before the timeout tells.
const hold = setInterval(() => {}, 2 ** 30);
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await fail(error, new Output(program.opts<{ json?: boolean }>().json === true));
} finally {
  clearInterval(hold);
}
