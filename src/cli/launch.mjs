#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The package's command, in JavaScript because it runs before anything is compiled: in a fresh clone, or when the sources
 * are newer, it builds as `npm start` does, and then hands over to the compiled program.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = new URL('../../dist/cli/main.js', import.meta.url);
const lock = join(root, 'node_modules', '.cache', 'quietline-build.lock');
/** Nobody builds for so long: who began has died. */
const LOCK_MS = 300_000;
const LOOK_EVERY_MS = 200;

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function needsBuild() {
  const builtAt = changedAt(join(root, 'dist', '.tsbuildinfo'));
  if (builtAt === undefined || !existsSync(program)) return true;
  // Where the tools are not installed, the sources are only there to be read.
  if (!existsSync(join(root, 'node_modules', 'typescript'))) return false;
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const contracts = ['schema/schema.graphql', 'prisma/schema.prisma'].map((path) => join(root, path));
  return [...sources, ...contracts].some((path) => (changedAt(path) ?? 0) > builtAt);
}

/** One at a time: two would write into each other's files. */
function takeLock() {
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
  for (;;) {
    try {
      return mkdirSync(lock);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (Date.now() - (changedAt(lock) ?? Date.now()) > LOCK_MS) rmSync(lock, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
}

function build() {
  takeLock();
  try {
    if (!needsBuild()) return;
    process.stderr.write('Building Quietline (only now, and after its sources changed) …\n');
    // Standard output is the command's own.
    const { status } = spawnSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
    if (status === 0) return;
    process.stderr.write('The build failed: run `npm ci` in the folder of Quietline, then try again.\n');
    process.exitCode = 1;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

if (needsBuild()) build();
if (!process.exitCode) await import(program);
