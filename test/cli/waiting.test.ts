import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { layCable } from '../durability/cable.ts';
import { onceEnded } from '../support/leftovers.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { Commands, jsonLines } from './command.ts';
import { newFolder } from './folder.ts';

test('an upload goes on where it was when the server restarts in the middle', async () => {
  const first = await startQuietline();
  const admin = await (await newEnvironment(first)).as('ADMIN');
  const cable = await layCable(first.url);
  const file = join(newFolder(), 'large.csv');
  const rows = Array.from({ length: 60 }, (_, n) => `+1415555${String(1000 + n)},${'x'.repeat(200_000)}`);
  writeFileSync(file, rows.join('\n'));

  const commands = new Commands({ url: cable.url.replace(/\/$/, '') }, admin);
  const importing = commands.start(['import', file, '--list', 'DNC', '--phone-column', '1', '--no-header', '--json']);
  // The third megabyte or so.
  await importing.printed(/"done":[1-9]\d{6}/);
  await cable.cut();
  await first.close();
  await startQuietline({ database: first.storage, settings: { PORT: new URL(first.url).port } });
  await cable.mend();

  const { exitCode, stdout, stderr } = await importing.ended;
  const lines = jsonLines(stdout);
  expect({ exitCode, stderr, last: lines.at(-1) }).toMatchObject({
    exitCode: 0,
    last: { rowCount: 60, addedCount: 60 },
  });
  // Nothing was begun anew.
  const sent = lines.filter(({ step }) => step === 'Uploading').map(({ done }) => done);
  expect(sent.filter((done) => done === 0)).toHaveLength(1);
});

test('Ctrl-C ends the waiting, not the task: it says how to watch and how to cancel it', async () => {
  const server = await startQuietline();
  const commands = new Commands(server, await (await newEnvironment(server)).as('ADMIN'));
  const file = join(newFolder(), 'many.csv');
  writeFileSync(file, numbers(20_000));

  // Nobody lists anything meanwhile, so the task can't end before we have looked.
  const holder = new pg.Client({ connectionString: (server.storage as { url: string }).url });
  await holder.connect();
  onceEnded('a holder', () => holder.end());
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE entry IN SHARE MODE');

  const importing = commands.start(['import', file, '--list', 'DNC', '--first-column', '--no-header', '--json']);
  await importing.printed('"total":20000');
  importing.process.kill('SIGINT');
  const { exitCode, stdout, stderr } = await importing.ended;
  const last = jsonLines(stdout).at(-1)!;
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: '' });
  expect(last).toMatchObject({ type: 'error', code: 'INTERRUPTED', exitCode: 5 });
  expect(last.message).toContain(`quietline tasks watch ${last.task}`);
  expect(last.message).toContain(`quietline tasks cancel ${last.task}`);

  const watching = commands.start(['tasks', 'watch', last.task]);
  await watching.printed(' of 20,000 rows');
  expect(await commands.run('tasks', 'cancel', last.task)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^CANCELLED\t/),
  });
  expect(await watching.ended).toMatchObject({
    exitCode: 5,
    stdout: '',
    stderr: expect.stringContaining('was cancelled'),
  });
});

/** util-linux: gives a command a terminal, and its output to us. */
const hasTerminal = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

test.skipIf(!hasTerminal)('on a terminal a bar fills, and the cursor is shown again after it', async () => {
  const server = await startQuietline();
  const commands = new Commands(server, await (await newEnvironment(server)).as('ADMIN'));
  const file = join(newFolder(), 'many.csv');
  writeFileSync(file, numbers(5_000));
  const { exitCode, stdout } = await commands.onTerminal(
    'import',
    file,
    '--list',
    'DNC',
    '--first-column',
    '--no-header',
  );
  expect(exitCode).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal gets
  const drawn = stdout.split(/\r|\u001b\[[0-9;?]*[A-Za-z]/).filter((part) => part.includes('%'));
  expect(drawn[0]).toMatch(/^Uploading [█░]{24} \d+% {2}0\.0 KiB of 63\.5 KiB/);
  expect(drawn.at(-1)).toMatch(/^Done █{24} 100% {2}5,000 of 5,000 rows, [\d,]+\/s/);
  const [hidden, shown] = ['\u001b[?25l', '\u001b[?25h'].map((code) => stdout.lastIndexOf(code));
  expect(shown).toBeGreaterThan(hidden!);
  expect(stdout).toMatch(/^5000\tadded\r$/m);
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, n) => `+1415${String(5_000_000 + n)}`).join('\n');
}
