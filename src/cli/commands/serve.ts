import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { withExamples } from '../examples.ts';

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('Starts a server here, as `npm start` does; configured by environment variables (see the README).')
    .action(serve);
  withExamples(command, 'quietline serve', 'PORT=8080 DATABASE_URL=postgresql://… quietline serve');
}

/** A process of its own: the commands know nothing of the server but its API. Its end is ours. */
async function serve(): Promise<void> {
  const main = fileURLToPath(new URL('../../main.js', import.meta.url));
  const server = spawn(process.execPath, [main], { stdio: 'inherit' });
  // Ctrl-C reaches both; whoever ends us alone means the server.
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  process.on('SIGINT', () => {});
  const [code, signal] = (await once(server, 'close')) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
}
