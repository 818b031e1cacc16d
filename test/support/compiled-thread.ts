import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { compiled } from '../start/compiled.ts';
import { root } from './source-files.ts';

/** Takes the place of src/worker-thread.ts in tests, which start hundreds of threads: tsx takes each half a second. */
export function startWorker(entry: URL, options: WorkerOptions): Worker {
  const file = relative(root, fileURLToPath(entry)).split(sep).join('/');
  return new Worker(compiled(`${file}.ts`), options);
}
