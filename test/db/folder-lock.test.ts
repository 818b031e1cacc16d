import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { lockFolder } from '../../src/db/folder-lock.ts';
import { temporaryFolder } from './support.ts';

const path = (folder: string) => join(folder, 'quietline.lock');
const content = (folder: string) => JSON.parse(readFileSync(path(folder), 'utf8')) as Record<string, unknown>;
const leave = (folder: string, lock: Record<string, unknown>) => writeFileSync(path(folder), JSON.stringify(lock));

test('is held until it is released, and leaves nothing behind', async () => {
  const folder = temporaryFolder();
  const lock = await lockFolder(folder);
  expect(content(folder).pid).toBe(process.pid);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATABASE_LOCKED' });
  lock.release();
  (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('is taken over from a dead process, and from one whose number was given to another', async () => {
  const folder = temporaryFolder();
  const mine = await lockFolder(folder);
  const living = content(folder);
  for (const dead of [{ pid: 2 ** 22 + 1 }, { startedAt: '1' }, { boot: 'an earlier one' }]) {
    leave(folder, { ...living, token: 'old', ...dead });
    const lock = await lockFolder(folder);
    expect(content(folder).token).not.toBe('old');
    lock.release();
  }
  leave(folder, { ...living, token: 'somebody else' });
  mine.release();
  expect(readdirSync(folder)).toEqual(['quietline.lock']);
});

test('a claim on a dead lock whose claimant died too is taken over', async () => {
  const folder = temporaryFolder();
  leave(folder, { pid: 2 ** 22 + 1, startedAt: null, boot: null, token: 'a' });
  writeFileSync(
    `${path(folder)}.a.claim`,
    JSON.stringify({ pid: 2 ** 22 + 1, startedAt: null, boot: null, token: 'b' }),
  );
  (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('an unreadable lock says what to do', async () => {
  const folder = temporaryFolder();
  writeFileSync(path(folder), 'nonsense');
  await expect(lockFolder(folder)).rejects.toThrow(/delete it/);
});

test('a folder that cannot be one names the setting and the remedy (issue A, 1)', async () => {
  const file = join(temporaryFolder(), 'a file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'data')]) {
    await expect(lockFolder(folder)).rejects.toThrow(/data folder .+a file.+ set DATA_DIR to another folder/);
  }
});

test('of many who find a dead lock at once exactly one gets it', async () => {
  const module = new URL('../../src/db/folder-lock.ts', import.meta.url).href;
  const tsx = import.meta.resolve('tsx/esm/api');
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(tsx)}).then(({ register }) => {
      register();
      return import(${JSON.stringify(module)});
    }).then(({ lockFolder }) => {
      parentPort.on('message', (folder) => lockFolder(folder).then(() => 'got', (e) => e.code).then((r) => parentPort.postMessage(r)));
      parentPort.postMessage('ready');
    });`;
  const workers = [1, 2, 3, 4].map(() => new Worker(code, { eval: true }));
  const answers = () => Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  try {
    await answers();
    for (let round = 0; round < 30; round++) {
      const folder = temporaryFolder();
      leave(folder, { pid: 2 ** 22 + 1, startedAt: null, boot: null, token: 'dead' });
      const answered = answers();
      for (const worker of workers) worker.postMessage(folder);
      expect((await answered).sort()).toEqual(['DATABASE_LOCKED', 'DATABASE_LOCKED', 'DATABASE_LOCKED', 'got']);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
