import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread. `entry` is the address of its first file without the extension, which is that of this file. From the
 * sources (tests, `dev`) tsx has to translate it; Node 20 ignores `--import tsx` among a worker's arguments when it comes
 * to the entry itself, so a line of JavaScript loads both.
 */
export function startWorker(entry: URL, options: WorkerOptions): Worker {
  const extension = extname(import.meta.url);
  const file = new URL(`${entry.href}${extension}`);
  if (extension !== '.ts') return new Worker(file, options);
  // require.resolve() finds the CommonJS twin, which in tsx 4.23 doesn't find its own files.
  const tsx = new URL('index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api'))).href;
  const load = `import('${tsx}').then(({ register }) => { register(); return import('${file.href}'); });`;
  return new Worker(load, { ...options, eval: true, execArgv: [] });
}
