import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, test } from 'vitest';
import { root } from '../support/source-files.ts';
import { newFolder } from './folder.ts';

const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: { quietline: string } };
let clone: string;

/** As little of a clone as the launcher looks at; its build leaves a line for each time. */
beforeEach(() => {
  clone = newFolder();
  for (const folder of ['src/cli', 'node_modules/typescript', 'schema', 'prisma'])
    mkdirSync(join(clone, folder), { recursive: true });
  cpSync(join(root, bin.quietline), join(clone, bin.quietline));
  writeFileSync(join(clone, 'src/cli/main.ts'), '');
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ type: 'module', scripts: { build: 'node build.mjs' } }));
  writeFileSync(
    join(clone, 'build.mjs'),
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
     console.log('noise of the build');
     mkdirSync('dist/cli', { recursive: true });
     writeFileSync('dist/cli/main.js', 'console.log(process.argv.slice(2).join(" ")); process.exitCode = 10;');
     writeFileSync('dist/.tsbuildinfo', '');
     appendFileSync('builds', 'x');`,
  );
});

async function quietline(...args: string[]) {
  const child = spawn(process.execPath, [join(clone, bin.quietline), ...args], { cwd: '/' });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, stdout, stderr };
}

test('the command of a fresh clone builds once, and again after its sources changed; standard output is its own', async () => {
  const [first, other] = await Promise.all([quietline('check', 'a b'), quietline('check', 'c')]);
  expect([first, other]).toMatchObject([
    { exitCode: 10, stdout: 'check a b\n' },
    { exitCode: 10, stdout: 'check c\n' },
  ]);
  expect(first.stderr + other.stderr).toMatch(/^Building Quietline/m);
  expect(await quietline('again')).toEqual({ exitCode: 10, stdout: 'again\n', stderr: '' });
  // Together or not, and later: one build.
  expect(readFileSync(join(clone, 'builds'), 'utf8')).toBe('x');

  const later = new Date(Date.now() + 10_000);
  utimesSync(join(clone, 'src/cli/main.ts'), later, later);
  expect((await quietline('changed')).stderr).toMatch(/^Building Quietline/);
  // Without the tools it works with what was built.
  rmSync(join(clone, 'node_modules/typescript'), { recursive: true });
  expect(await quietline('pruned')).toEqual({ exitCode: 10, stdout: 'pruned\n', stderr: '' });
});

test('a build that fails says what to do, and leaves nothing locked', async () => {
  writeFileSync(join(clone, 'build.mjs'), 'process.exit(2)');
  for (const attempt of [1, 2]) {
    const { exitCode, stdout, stderr } = await quietline('check', String(attempt));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('npm ci');
  }
  expect(existsSync(join(clone, 'node_modules/.cache/quietline-build.lock'))).toBe(false);
});
