import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../support/source-files.ts';

/** Below the clone, so that packages and migrations are found from it. */
const cache = join(root, 'node_modules', '.cache');
const prefix = 'quietline-compiled-';
const KEEP_MS = 3_600_000;
/** In the folder: what each file was made of. */
const HASHES = 'hashes.json';
/** Processes that tests start and that are no part of Quietline; what they import of test/ comes along. */
const CHILDREN = ['test/db/embedded-child.ts', 'test/spreadsheets/bombs-child.ts'];

let folder: string | undefined;

/**
 * A file of src/ (`src/main.ts`) as `npm run build` emits it, without the build's checks: a process or a thread starts in
 * half the time from it as through tsx, and as users have it. Made once for each state of the sources, before the first
 * test: it takes seconds, in which a server of the same process would answer nobody.
 */
export function compiled(file: string): string {
  folder ??= compile();
  return join(folder, file.replace(/\.ts$/, '.js'));
}

function compile(): string {
  const files = new Map(sources().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  for (const path of CHILDREN) addWithImports(path, files);
  const target = join(cache, prefix + hashOf(JSON.stringify([...files])));
  if (existsSync(target)) return target;

  mkdirSync(cache, { recursive: true });
  const last = lastMade();
  const draft = `${target}.${process.pid}`;
  const hashes: Record<string, string> = {};
  for (const [path, text] of files) {
    hashes[path] = hashOf(text);
    write(join(draft, path), text, last?.hashes[path] === hashes[path] ? join(last.folder, path) : null);
  }
  writeFileSync(join(draft, HASHES), JSON.stringify(hashes));
  try {
    renameSync(draft, target);
  } catch (error) {
    // Another test file was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function sources(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function addWithImports(path: string, files: Map<string, string>): void {
  if (files.has(path)) return;
  const text = readFileSync(join(root, path), 'utf8');
  files.set(path, text);
  for (const [, name] of text.matchAll(/ from '(\.[^']+)';$/gm)) addWithImports(join(dirname(path), name!), files);
}

/** The newest of those that are there, of which most files are still good. The old ones go. */
function lastMade(): { readonly folder: string; readonly hashes: Readonly<Record<string, string>> } | null {
  let last: { folder: string; at: number } | null = null;
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    const stat = name.startsWith(prefix) && statSync(folder, { throwIfNoEntry: false });
    // Another test file may have removed it a moment ago, and another run, of other sources, may still be using its own.
    if (!stat) continue;
    if (Date.now() - stat.mtimeMs > KEEP_MS) rmSync(folder, { recursive: true, force: true });
    else if (existsSync(join(folder, HASHES)) && stat.mtimeMs > (last?.at ?? 0)) last = { folder, at: stat.mtimeMs };
  }
  return last && { folder: last.folder, hashes: JSON.parse(readFileSync(join(last.folder, HASHES), 'utf8')) };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** `same`: where the same file was made another time. */
function write(path: string, text: string, same: string | null): void {
  const target = path.replace(/\.ts$/, '.js');
  mkdirSync(dirname(path), { recursive: true });
  if (same !== null) copyFileSync(same.replace(/\.ts$/, '.js'), target);
  else writeFileSync(target, path.endsWith('.ts') ? transpiled(path, text) : text);
}

function transpiled(path: string, text: string): string {
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}
