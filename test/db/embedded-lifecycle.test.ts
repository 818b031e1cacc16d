import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { compiled } from '../start/compiled.ts';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { open, temporaryFolder } from './support.ts';

// Making a new database takes PGlite 2-5 s, and several times that on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

function startChild(...args: string[]) {
  const child = spawn(process.execPath, [compiled('test/db/embedded-child.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended: once(child, 'exit') };
}

test('starts over when the first start was killed half way; keeps rows over close and reopen, in a folder for its owner only', async () => {
  const dataDir = join(temporaryFolder(), 'made', 'here');
  const { child, ended } = startChild(dataDir);
  while (!existsSync(join(dataDir, 'postgres.new', 'PG_VERSION'))) await new Promise((done) => setTimeout(done, 1));
  child.kill('SIGKILL');
  await ended;

  const first = await open({ dataDir });
  expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  await first.write.query('CREATE TABLE toy (id int); INSERT INTO toy VALUES (7)');
  await first.close();
  await expect(first.read.query('SELECT 1')).rejects.toThrow();
  expect(existsSync(join(dataDir, 'quietline.lock'))).toBe(false);

  const second = await open({ dataDir });
  expect((await second.read.query('SELECT id FROM toy')).rows).toEqual([{ id: 7 }]);
});

test('closes after the queries that were given to it', async () => {
  const database = await open({ dataDir: await embeddedFolder() });
  const running = Promise.all([1, 2, 3].map((n) => database.read.query('SELECT $1::int AS n', [n])));
  await database.close();
  expect((await running).map(({ rows }) => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('refuses a second open, from this process and from another', async () => {
  const dataDir = await embeddedFolder();
  await open({ dataDir });
  const refusal = { code: 'DATABASE_LOCKED', message: expect.stringContaining(`process ${process.pid}`) };
  await expect(open({ dataDir })).rejects.toMatchObject(refusal);
  const { lines, ended } = startChild(dataDir);
  expect((await lines.next()).value).toMatch(new RegExp(`^DATABASE_LOCKED: .*process ${process.pid} `));
  await ended;
});

test('opens again after kill -9 in the middle of writes, with every transaction whole', async () => {
  const dataDir = await embeddedFolder();
  const { child, lines, ended } = startChild(dataDir, 'write');
  let acknowledged = 0;
  while (acknowledged < 200) {
    const { value } = await lines.next();
    if (value !== 'open') acknowledged = Number(value);
    if (acknowledged === 200) child.kill('SIGKILL');
  }
  await ended;
  expect(existsSync(join(dataDir, 'quietline.lock'))).toBe(true);

  const database = await open({ dataDir });
  const { rows } = await database.read.query<{ n: number; top: number }>(
    'SELECT count(*)::int AS n, max(id) AS top FROM toy',
  );
  expect(rows[0]!.n).toBeGreaterThanOrEqual(400);
  expect(rows[0]!.top).toBe(rows[0]!.n + 1);
});

test('a crash of the thread rejects what waits, and everything after it, and says so', async () => {
  const error = vi.fn();
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const database = await open({ dataDir: await embeddedFolder(), log: { info() {}, warn() {}, error } });
  const stopped = { code: 'DATABASE_STOPPED', message: expect.stringContaining('restart the process') };
  await database.read.query('SELECT 1');
  const inside = database.transaction(async (sql) => {
    await (posted.mock.contexts[0] as Worker).terminate();
    await sql.query('SELECT 1');
  });
  const behind = database.read.query('SELECT 1');
  await expect(inside).rejects.toThrow();
  await expect(behind).rejects.toMatchObject(stopped);
  await expect(database.read.query('SELECT 1')).rejects.toMatchObject(stopped);
  await expect(database.transaction(async () => {})).rejects.toMatchObject(stopped);
  expect(error).toHaveBeenCalledOnce();
});
