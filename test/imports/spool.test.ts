import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { thisProcess } from '../../src/db/lock-owner.ts';
import { Spool } from '../../src/tasks/spool.ts';
import { onceEnded } from '../support/leftovers.ts';

test('what a killed process left goes with the next start; what others work in stays', async () => {
  const root = mkdtempSync(join(tmpdir(), 'quietline-spool-test-'));
  onceEnded('a folder', async () => rmSync(root, { recursive: true, force: true }));
  const folder = (name: string, owner?: object, ageMs = 0) => {
    const path = join(root, name);
    mkdirSync(path);
    if (owner) writeFileSync(join(path, 'owner.json'), JSON.stringify(owner));
    const time = new Date(Date.now() - ageMs);
    utimesSync(path, time, time);
    return path;
  };
  const dead = { ...thisProcess(), pid: spawnSync(process.execPath, ['--version']).pid };
  const here = hostname();
  const gone = [
    folder(`${here}-1-dead`, dead),
    folder(`${here}-2-never-owned`, undefined, 7_200_000),
    folder('other-3-old', dead, 8 * 86_400_000),
  ];
  const kept = [folder(`${here}-4-running`, thisProcess()), folder(`${here}-5-beginning`), folder('other-6', dead)];

  const spool = new Spool(root);
  const [one, other] = await Promise.all([spool.newFolder(), spool.newFolder()]);
  expect(one).not.toBe(other);
  expect(gone.filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  await spool.close();
  expect(readdirSync(root)).toHaveLength(kept.length);
});

test('a folder that could not be made is tried again', async () => {
  const root = mkdtempSync(join(tmpdir(), 'quietline-spool-test-'));
  onceEnded('a folder', async () => rmSync(root, { recursive: true, force: true }));
  const path = join(root, 'spool');
  writeFileSync(path, 'in the way');
  const spool = new Spool(path);
  await expect(spool.newFolder()).rejects.toThrow();
  rmSync(path);
  expect(existsSync(await spool.newFolder())).toBe(true);
  await spool.close();
});

test('a spool that a cleaner took is made again', async () => {
  const root = mkdtempSync(join(tmpdir(), 'quietline-spool-test-'));
  onceEnded('a folder', async () => rmSync(root, { recursive: true, force: true }));
  const spool = new Spool(root);
  await spool.newFolder();
  rmSync(root, { recursive: true });
  const folders = await Promise.all([spool.newFolder(), spool.newFolder()]);
  expect(folders.map((folder) => existsSync(folder))).toEqual([true, true]);
  await spool.close();
});

test.runIf(process.getuid?.() === 0)("another user's folder in the temp folder isn't used", async () => {
  const root = mkdtempSync(join(tmpdir(), 'quietline-spool-test-'));
  onceEnded('a folder', async () => rmSync(root, { recursive: true, force: true }));
  chownSync(root, 12_345, 12_345);
  await expect(new Spool(root).newFolder()).rejects.toThrow(/belongs to another user .* SPOOL_DIR/);
});
