import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.ts';
import { openDatabase } from '../../src/db/database.ts';
import { loadServerSecret } from '../../src/domain/instance.ts';
import { compiled } from '../start/compiled.ts';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { installation } from './installation.ts';

vi.setConfig({ testTimeout: 90_000 });

/** Runs the command as an operator does, with these variables and no others of ours. */
async function operator(settings: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [compiled('src/operator.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOME: tmpdir(), ...settings },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, exitCode };
}

test('the operator makes accounts, lists them, and gets back in; standard output holds only what was asked for', async () => {
  const here = await installation();
  const settings = { DATABASE_URL: here.url };
  const created = await operator(settings, 'accounts', 'create', 'Acme Ltd');
  expect(created).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('shown this once') });
  expect(created.stdout).toMatch(/^production\tql_live_\w{36}\nsandbox\tql_test_\w{36}\n$/);
  const listed = await operator(settings, 'accounts', 'list');
  expect(listed).toEqual({ exitCode: 0, stderr: '', stdout: '1\tAcme Ltd\tproduction,sandbox\n' });

  const target = ['keys', 'create', '--account', 'Acme Ltd', '--role', 'ADMIN', '--name', 'Way back', '--environment'];
  const made = await operator(settings, ...target, 'sandbox');
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ql_test_\w{36}\n$/) });
  const keys = createKeyAuthenticator({ sql: here.database.read, serverSecret: await loadServerSecret(here.database) });
  expect(await keys.authenticate(made.stdout.trim())).toMatchObject({
    environmentKey: 'sandbox',
    role: 'ADMIN',
    name: 'Way back',
  });

  const twice = await operator(settings, 'accounts', 'create', 'Acme Ltd');
  expect(twice).toEqual({ exitCode: 1, stdout: '', stderr: 'There is an account with this name: choose another.\n' });
  expect(await operator(settings, ...target, 'nowhere')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('no such account'),
  });
});

test('wrong use and wrong configuration have exit codes of their own', async () => {
  expect(await operator({}, 'keys', 'create', '--role', 'KING')).toMatchObject({
    exitCode: 64,
    stdout: '',
    stderr: expect.stringContaining('COMPLIANCE'),
  });
  expect(await operator({ PORT: 'x' }, 'accounts', 'list')).toMatchObject({
    exitCode: 78,
    stdout: '',
    stderr: expect.stringContaining('PORT'),
  });
});

test('beside a running server on the embedded database it says to stop the server first', async () => {
  const dataDir = await embeddedFolder();
  const log = { info() {}, warn() {}, error() {} };
  const server = await openDatabase({ dataDir, readTimeoutMs: 5_000, log });
  onTestFinished(() => server.close());
  const refused = await operator({ DATA_DIR: dataDir }, 'accounts', 'list');
  expect(refused).toMatchObject({
    exitCode: 75,
    stdout: '',
    stderr: expect.stringMatching(/^Stop the server first: .*process \d+/),
  });
  await server.close();
  expect(await operator({ DATA_DIR: dataDir }, 'accounts', 'list')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
