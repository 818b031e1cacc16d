import { constants, createWriteStream } from 'node:fs';
import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection } from './connection.ts';
import { explainErrors, explainNetwork } from './explain-answer.ts';
import { type CommandFailure, refused, unreachable, wrongUse } from './failure.ts';
import { LONG_PATIENCE_MS, Patience } from './patience.ts';
import { atMostEvery, type Progress } from './progress.ts';
import { ANSWER_WITHIN_MS, errorsIn } from './route-request.ts';
import { partOf, targetOf } from './targets.ts';

/** A file that the server has for us. */
export interface Link {
  readonly url: string;
  /** Null when nobody knows it before the end. */
  readonly size?: number | null;
}

export interface SaveOptions {
  readonly file: string;
  readonly progress: Progress;
  /** Gives the link, and a new one when it ends: it opens for some minutes only. */
  readonly link: () => Promise<Link>;
}

/**
 * Saves a file that the server made. It is written beside its place and moved there when it is whole; a lost connection
 * is gone on with where it broke. Devices and pipes can't be replaced: they are written to.
 * @throws CommandFailure
 */
export async function saveFile(connection: Connection, { file, progress, link }: SaveOptions): Promise<void> {
  const { path, isStream, mode } = await targetOf(file).catch((error: unknown) => {
    throw asFailure(error, file);
  });
  if (isStream) return writeThrough(connection, await link(), { file, progress });
  const part = partOf(path);
  // What an earlier run left may be of another file.
  await rm(part, { force: true });
  const patience = new Patience(LONG_PATIENCE_MS);
  for (;;) {
    try {
      const { url, size } = await link();
      const start = await sizeOf(part);
      if (size == null || start === 0 || start < size) {
        const response = await get(connection, url, start);
        const isRest = response.status === 206;
        const output = createWriteStream(part, { flags: isRest ? 'a' : 'w', mode: mode ?? 0o666 });
        await copy(connection, response, output, { done: isRest ? start : 0, total: size ?? null, progress });
      }
      const saved = await sizeOf(part);
      if (size != null && saved !== size) throw unreachable('CONNECTION_LOST', 'The download ended early.');
      // Who may read the old one may read the new one, and nobody else.
      if (mode !== undefined) await chmod(part, mode);
      await rename(part, path);
      return;
    } catch (error) {
      await patience.after(asFailure(error, file));
    }
  }
}

/** Sends a file that the server made to standard output: what has gone out can't be taken back, so it isn't tried twice. */
export async function pipeFile(connection: Connection, { url, size }: Link, progress: Progress): Promise<void> {
  const response = await get(connection, url, 0);
  await copy(connection, response, process.stdout, { done: 0, total: size ?? null, progress });
}

/** Neither made nor cut off: it is there. */
async function writeThrough(
  connection: Connection,
  { url, size }: Link,
  { file, progress }: Pick<SaveOptions, 'file' | 'progress'>,
): Promise<void> {
  try {
    const response = await get(connection, url, 0);
    const output = (await open(file, constants.O_WRONLY)).createWriteStream();
    await copy(connection, response, output, { done: 0, total: size ?? null, progress });
  } catch (error) {
    throw asFailure(error, file);
  }
}

async function get({ endpoint }: Connection, url: string, start: number): Promise<Response> {
  // A path is one of this server, wherever a proxy has put it. The link is the credential: the key isn't sent.
  const address = new URL(url.replace(/^\//, ''), endpoint);
  // For the answer's begin only: large files take their time.
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(new DOMException('No answer in time', 'TimeoutError')), ANSWER_WITHIN_MS);
  const response = await fetch(address, {
    ...(start > 0 && { headers: { range: `bytes=${start}-` } }),
    signal: slow.signal,
  })
    .catch((error: unknown) => {
      throw explainNetwork(error, endpoint);
    })
    .finally(() => clearTimeout(timer));
  if (response.ok) return response;
  throw explainErrors(await errorsIn(response), response.status, endpoint);
}

async function copy(
  { endpoint }: Connection,
  response: Response,
  output: Writable,
  { done: before, total, progress }: { done: number; total: number | null; progress: Progress },
): Promise<void> {
  let done = before;
  const began = Date.now();
  const isDue = atMostEvery(250);
  const counted = async function* (bytes: AsyncIterable<Uint8Array>) {
    for await (const chunk of bytes) {
      yield chunk;
      done += chunk.length;
      if (!isDue() && done !== total) continue;
      const rate = (done - before) / Math.max(0.001, (Date.now() - began) / 1000);
      progress.show({ what: 'Downloading', done, total, unit: 'bytes', rate });
    }
  };
  const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([]);
  try {
    await pipeline(body, counted, output, { end: output !== process.stdout });
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    // Of our disk, not of the network.
    if (syscall === 'write' || syscall === 'open') throw error;
    throw explainNetwork(error, endpoint);
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

function asFailure(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall ? wrongUse(`The file can't be written (${code}): ${file}`) : error;
}

export function noFile(task: string): CommandFailure {
  return refused(
    'NO_FILE',
    `Task ${task} has no such file (any more), or you may not have it: files are kept for some days.`,
  );
}
