import { open, rm } from 'node:fs/promises';
import { RunReader } from './run-reader.ts';

/** So many files are open at once; more runs are merged into longer ones first. */
const MAX_OPEN = 64;
const CHUNK_LINES = 1_000;

/** All lines of all runs in order, in chunks; reads a little of each run at a time. */
export async function* mergeRuns(paths: readonly string[]): AsyncGenerator<readonly string[], void> {
  const readers: RunReader[] = [];
  try {
    for (const path of paths) readers.push(await RunReader.open(path));
    const heap = readers.filter(({ line }) => line !== undefined);
    for (let place = (heap.length >> 1) - 1; place >= 0; place -= 1) siftDown(heap, place);
    let chunk: string[] = [];
    while (heap.length > 0) {
      const least = heap[0]!;
      chunk.push(least.line!);
      if (!least.advance()) await least.fill();
      if (least.line === undefined) {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      }
      siftDown(heap, 0);
      if (chunk.length < CHUNK_LINES) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** The same lines in so few runs that they can be read at once. */
export async function fewRuns(paths: readonly string[], maxOpen = MAX_OPEN): Promise<string[]> {
  const runs = [...paths];
  for (let pass = 0; runs.length > maxOpen; pass += 1) {
    const taken = runs.splice(0, maxOpen);
    const merged = `${taken[0]!}-merged-${pass}`;
    await writeMerged(merged, taken);
    runs.push(merged);
  }
  return runs;
}

async function writeMerged(target: string, paths: readonly string[]): Promise<void> {
  const file = await open(target, 'wx', 0o600);
  try {
    for await (const lines of mergeRuns(paths)) await file.write(`${lines.join('\n')}\n`);
  } finally {
    await file.close();
  }
  for (const path of paths) await rm(path);
}

/** Restores the order of a binary heap below a place whose line has grown. */
function siftDown(heap: RunReader[], from: number): void {
  const moved = heap[from];
  if (moved === undefined) return;
  let place = from;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.line! < heap[child]!.line!) child += 1;
    if (moved.line! <= heap[child]!.line!) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = moved;
}
