import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { Commands } from './command.ts';
import { newFolder } from './folder.ts';

let server: Quietline;
let key: string;
let admin: Commands;
let nobody: Commands;

beforeAll(async () => {
  server = await startQuietline();
  key = (await (await newEnvironment(server)).as('ADMIN')).token!;
  admin = new Commands(server, { token: key });
  nobody = new Commands(server, null);
});

/** With the names of those above it, as one types it. */
function commandsBelow(command: Command, above = ''): { name: string; help: string }[] {
  const name = `${above}${command.name()}`;
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  command.configureOutput({ writeOut }).outputHelp();
  return [{ name, help }, ...command.commands.flatMap((each) => commandsBelow(each, `${name} `))];
}

test('each command says in --help what it does, and shows an example of itself', () => {
  const commands = commandsBelow(createProgram());
  expect(commands.map(({ name }) => name)).toEqual([
    'quietline', 'quietline serve', 'quietline check', 'quietline add', 'quietline remove', 'quietline approve',
    'quietline import', 'quietline undo', 'quietline export', 'quietline scrub',
    'quietline tasks', 'quietline tasks list', 'quietline tasks show', 'quietline tasks watch', 'quietline tasks cancel', 'quietline tasks fetch',
    'quietline watch', 'quietline audit', 'quietline audit verify', 'quietline audit export',
    'quietline keys', 'quietline keys list', 'quietline keys create', 'quietline keys revoke',
  ]); // biome-ignore format: one look
  const without = commands.filter(({ name, help }) => {
    const examples = help.split(/^Examples?:$/m)[1] ?? '';
    return !examples.includes(`${name} `) && !examples.trimEnd().endsWith(name);
  });
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('the exit codes are told, and each is another', async () => {
  const { exitCode, stdout, stderr } = await nobody.run('--help');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const codes = [...stdout.split('Exit codes:')[1]!.matchAll(/^ +(\d+) {2}\S/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10]);
});

test('wrong use ends with 2 and says what is wrong', async () => {
  const wrong: [args: string[], problem: RegExp][] = [
    [['chek', '1'], /unknown command 'chek'.*check/s],
    [['check'], /Name a number/],
    [['check', '1', '--channel', 'fax'], /one of call, sms/],
    [['add', '1'], /--list/],
    [['check', '1', '--endpoint', 'localhost'], /http or https address/],
    [['export', '-o', '/no/where.csv'], /-o can't be written \(ENOENT\)/],
    [['check', '1', '--key-file', '/nowhere'], /key file can't be read \(ENOENT\)/],
  ];
  const ends = await Promise.all(wrong.map(([args]) => admin.run(...args)));
  for (const [index, [, problem]] of wrong.entries()) {
    expect(ends[index]).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(problem) });
  }
  expect(await nobody.run('check', '1')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('QUIETLINE_KEY'),
  });
});

test('the key comes from the variable, a file or the command line, and is never printed', async () => {
  const file = join(newFolder(), 'key');
  writeFileSync(file, `${key}\n`);
  expect(await nobody.run('keys', 'list', '--key-file', file)).toMatchObject({ exitCode: 0 });
  expect(await nobody.run('keys', 'list', '--key', key)).toMatchObject({ exitCode: 0 });
  // What was said for this call goes before the variable.
  const wrong = `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`;
  expect(await new Commands(server, { token: wrong }).run('keys', 'list', '--key-file', file)).toMatchObject({
    exitCode: 0,
  });

  const refused = await new Commands(server, { token: wrong }).run('keys', 'list');
  expect(refused).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The key isn't accepted by http:/),
  });
  const followed = await new Commands(server, { token: wrong }).json('watch');
  expect(followed).toMatchObject({ exitCode: 1, last: { type: 'error', code: 'UNAUTHENTICATED' } });
  for (const text of [refused.stderr, JSON.stringify(followed)]) expect(text).not.toContain(wrong);
});

test("a server that isn't there, or isn't Quietline, ends with 4", async () => {
  const elsewhere = await listen();
  const gone = await listen();
  await gone.close();
  const nowhere = gone.url;
  const [missing, missingFeed, strange] = await Promise.all([
    admin.json('check', '1', '--endpoint', nowhere),
    admin.json('watch', '--endpoint', nowhere),
    admin.json('check', '1', '--endpoint', elsewhere.url),
  ]);
  expect(missing).toMatchObject({
    exitCode: 4,
    last: { type: 'error', code: 'NOT_THERE', message: expect.stringContaining('quietline serve') },
  });
  expect(missingFeed).toMatchObject({ exitCode: 4, last: { type: 'error', code: 'NOT_THERE' } });
  expect(strange).toMatchObject({
    exitCode: 4,
    last: { type: 'error', code: 'NOT_QUIETLINE', message: expect.stringContaining('/graphql') },
  });
});

test('a key is made, shown once on standard output alone, listed, used and revoked', async () => {
  const made = await admin.run('keys', 'create', '--name', 'Dialer 2', '--role', 'dialer', '--reason', 'New site');
  expect(made).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^ql_live_\w{36}\n$/),
    stderr: expect.stringContaining('shown this once'),
  });
  const dialer = new Commands(server, { token: made.stdout.trim() });
  expect(await dialer.run('check', '+14155550100')).toMatchObject({ exitCode: 0 });

  const listed = await admin.run('keys', 'list', '--active');
  const row = listed.stdout
    .split('\n')
    .find((line) => line.endsWith('\tDialer 2'))!
    .split('\t');
  expect(row.slice(1, 3)).toEqual(['DIALER', 'active']);
  expect(await admin.run('keys', 'revoke', row[0]!)).toMatchObject({ exitCode: 0, stdout: 'revoked\tDialer 2\n' });
  expect(await admin.run('keys', 'revoke', row[0]!)).toMatchObject({
    exitCode: 0,
    stdout: 'was revoked before\tDialer 2\n',
  });
  expect(await dialer.run('check', '+14155550100')).toMatchObject({ exitCode: 1 });
});

test('into a file only its owner may read it, and no other file is written over', async () => {
  const folder = newFolder();
  const file = join(folder, 'new.key');
  const made = await admin.json('keys', 'create', '--name', 'Web', '--role', 'read-only', '-o', file);
  expect(made).toMatchObject({ exitCode: 0, last: { type: 'result', secret: null, file, key: { role: 'READ_ONLY' } } });
  expect(readFileSync(file, 'utf8')).toMatch(/^ql_live_\w{36}\n$/);
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');

  writeFileSync(join(folder, 'old'), 'precious');
  const { last: before } = await admin.json('keys', 'list');
  const refused = await admin.run('keys', 'create', '--name', 'Web', '--role', 'agent', '-o', join(folder, 'old'));
  expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('EEXIST') });
  expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('precious');
  // No key was made that nobody has.
  expect((await admin.json('keys', 'list')).last).toEqual(before);
});

test('a server that drops every connection is waited for, not given up in silence', async () => {
  const dropping = createSocketServer((socket) => void socket.end());
  await new Promise<void>((resolve) => void dropping.listen(0, '127.0.0.1', resolve));
  onceEnded('a dropping server', async () => void dropping.close());
  const { port } = dropping.address() as AddressInfo;
  const asking = admin.start(['check', '1', '--endpoint', `http://127.0.0.1:${port}`]);
  await new Promise((resolve) => dropping.once('connection', resolve));
  // Its timeout is a minute: it ends before with 4, or is still there; never with Node's own 13.
  const end = await Promise.race([asking.ended, sleep(2_000, null)]);
  expect(end?.exitCode ?? 4).toBe(4);
});

/** Something that speaks HTTP, and nothing else of ours. */
async function listen(): Promise<{ url: string; close: () => Promise<void> }> {
  const other = createServer((_req, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
  await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
  const close = onceEnded("somebody else's server", async () => void other.close());
  return { url: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, close };
}
