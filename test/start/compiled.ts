import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../support/source-files.ts';

/** Below the clone, so that packages and migrations are found from it. */
const cache = join(root, 'node_modules', '.cache');
const prefix = 'quietline-compiled-';
const KEEP_MS = 3_600_000;

let folder: string | undefined;

/**
 * A file of src/ as `npm run build` emits it, without the build's checks: a process starts twice as fast from it as
 * through tsx, and as users have it (PGlite's thread too). Made once for each state of the sources.
 */
export function compiled(file: string): string {
  folder ??= compile();
  return join(folder, file);
}

function compile(): string {
  const source = join(root, 'src');
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const texts = files.map((path) => [relative(source, path), readFileSync(path, 'utf8')] as const);
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
  const target = join(cache, prefix + hash);
  if (existsSync(target)) return target;

  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    // Another run, of other sources, may still be using its own.
    if (!name.startsWith(prefix)) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    // Another test file may have removed it a moment ago.
    if (stat && Date.now() - stat.mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true });
  }
  const draft = `${target}.${process.pid}`;
  for (const [path, text] of texts) write(join(draft, path), text);
  try {
    renameSync(draft, target);
  } catch (error) {
    // Another test file was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('.ts')) {
    writeFileSync(path, text);
    return;
  }
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  writeFileSync(path.replace(/\.ts$/, '.js'), outputText);
}
