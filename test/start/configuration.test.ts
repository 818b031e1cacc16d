import { expect, test } from 'vitest';
import { folderOfFirstStart } from '../support/embedded-folder.ts';
import { startServerProcess } from './server-process.ts';

test('a wrong configuration ends the start with 78, and names every wrong variable and what it may be', async () => {
  const server = startServerProcess({
    DATA_DIR: folderOfFirstStart(),
    PORT: '99999',
    DATABASE_URL: 'mysql://root:hunter2@localhost/quietline',
    POLL_INTERVAL_MS: 'often',
    GRAPHIQL: 'yes',
    LOG_LEVEL: 'loud',
  });
  expect(await server.exited).toEqual({ code: 78, signal: null });
  const lines = server.stderr().split('\n');
  expect(lines.filter((line) => line.startsWith('  - '))).toEqual([
    expect.stringMatching(/^ {2}- PORT must be a whole number from 0 to 65535, for example 4000$/),
    expect.stringMatching(/^ {2}- DATABASE_URL must be a PostgreSQL URL, for example postgresql:/),
    expect.stringMatching(/^ {2}- POLL_INTERVAL_MS must be a whole number of milliseconds from 50 to 60000, /),
    expect.stringMatching(/^ {2}- LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, /),
    expect.stringMatching(/^ {2}- GRAPHIQL must be one of true, false, for example true$/),
  ]);
  // A value in the wrong place may be a secret.
  expect(server.stderr() + server.stdout()).not.toContain('hunter2');
});

test('a database that cannot be reached is named, without its password', async () => {
  const server = startServerProcess({ DATABASE_URL: 'postgresql://quietline:hunter2@127.0.0.1:1/quietline' });
  expect(await server.exited).toEqual({ code: 1, signal: null });
  expect(server.stderr()).toMatch(/^Quietline could not start: .*DATABASE_URL.*127\.0\.0\.1:1/m);
  expect(server.stderr() + server.stdout()).not.toContain('hunter2');
});
