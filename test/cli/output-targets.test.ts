import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { Commands } from './command.ts';
import { newFolder } from './folder.ts';

let staff: Commands;
let folder: string;

beforeAll(async () => {
  const server = await startQuietline();
  staff = new Commands(server, await (await newEnvironment(server)).as('COMPLIANCE'));
  await staff.run('add', '+14155550102', '--list', 'SPAM');
});

beforeEach(() => {
  folder = newFolder();
});

function csv(...lines: string[]): string {
  const file = join(folder, 'list.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

test('what is read or written is never written over by the same command, and places are looked at before', async () => {
  const leads = csv('Phone', '(415) 555-0100');
  const link = join(folder, 'link.csv');
  symlinkSync(leads, link);
  const clean = join(folder, 'clean.csv');
  const before = readFileSync(leads, 'utf8');
  const wrong: [args: string[], problem: RegExp][] = [
    [['scrub', leads, '-o', link, '--channel', 'call'], /The leads and -o are the same file/],
    [
      ['scrub', leads, '-o', clean, '--blocked', join(folder, '.', 'clean.csv'), '--channel', 'call'],
      /-o and --blocked/,
    ],
    [['scrub', leads, '-o', clean, '--blocked', '/no/blocked.csv', '--channel', 'call'], /--blocked.*ENOENT/],
    [['import', leads, '--list', 'DNC', '--invalid-rows', leads], /The file to import and --invalid-rows/],
    [['import', leads, '--list', 'DNC', '--invalid-rows', folder], /--invalid-rows.*EISDIR/],
  ];
  const ends = await Promise.all(wrong.map(([args]) => staff.run(...args)));
  for (const [index, [, problem]] of wrong.entries()) {
    expect(ends[index]).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(problem) });
    expect(ends[index]!.stderr).not.toContain('Uploading');
  }
  expect(readFileSync(leads, 'utf8')).toBe(before);
  expect(existsSync(clean)).toBe(false);
});

test('a device stays one, a link stays one, and a file keeps who may read it', async () => {
  const [file, link] = [join(folder, 'kept.csv'), join(folder, 'link.csv')];
  writeFileSync(file, 'old');
  chmodSync(file, 0o600);
  symlinkSync('kept.csv', link);
  // A link to the device: who breaks this doesn't break the machine.
  const full = join(folder, 'full');
  symlinkSync('/dev/full', full);
  const [linked, piped, filled] = await Promise.all([
    staff.run('export', '--list', 'SPAM', '-o', link),
    staff.run('export', '--list', 'SPAM', '-o', '-'),
    staff.run('export', '--list', 'SPAM', '-o', full),
  ]);
  expect(linked).toMatchObject({ exitCode: 0 });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(piped.stdout);
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(filled).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('ENOSPC') });
  expect(lstatSync(full).isSymbolicLink() && statSync(full).isCharacterDevice()).toBe(true);
});

test('an upload that is not there is told at once', async () => {
  const began = Date.now();
  const ended = await staff.json('import', csv('Phone', '1'), '--list', 'DNC', '--upload', 'wrong');
  expect(ended).toMatchObject({ exitCode: 1, last: { type: 'error', code: 'NO_UPLOAD' } });
  expect(Date.now() - began).toBeLessThan(20_000);
});
