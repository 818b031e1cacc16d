import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setInterval as every } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../start/server-process.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { linkTo, MIB, rawId, SERVER_SECRET } from './file-door.ts';

const SIZE_MB = 200;
const WARM_UP_MB = 30;
/** Of those, how many are fetched again: twice what was before. */
const OUT_MB = 60;
const GROWTH_MB = 60;

/** Resident memory of a process in MiB. */
function rss({ pid }: ServerProcess): number {
  const status = `/proc/${pid}/status`;
  const kib = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))![1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kib) / 1024;
}

/** The most that it took while something was done. */
async function peakWhile(server: ServerProcess, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const over = new AbortController();
  const watching = (async () => {
    for await (const _ of every(100, undefined, { signal: over.signal })) peak = Math.max(peak, rss(server));
  })().catch(() => undefined);
  await work();
  over.abort();
  await watching;
  return Math.max(peak, rss(server));
}

/** Lines of a spreadsheet, made as they are sent. */
async function* generated(megabytes: number) {
  const line = '"Somebody","+1 (415) 555-0100","asked by mail to be left alone","2026-03-04"\n';
  const chunk = Buffer.alloc(MIB, line);
  for (let n = 0; n < megabytes; n += 1) {
    chunk.writeUInt32LE(n);
    yield Buffer.from(chunk);
  }
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

async function upload(server: ServerProcess, key: string, megabytes: number) {
  const headers = { authorization: `Bearer ${key}`, 'content-length': megabytes * MIB };
  const req = request(`${server.url}/upload?name=large.csv`, { method: 'POST', headers });
  const answered = once(req, 'response');
  await pipeline(Readable.from(generated(megabytes), { objectMode: false, highWaterMark: MIB }), req);
  const [res] = await answered;
  let text = '';
  for await (const chunk of res) text += chunk;
  return JSON.parse(text) as { upload: string; size: number };
}

test(`${SIZE_MB} MiB come in and go out and the server's memory stays flat (invariant 10)`, async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const server = startServerProcess({ DATABASE_URL: url, SERVER_SECRET, NODE_ENV: 'production' });
  await server.listening;
  const [key] = server.keys();
  const { environment } = (await server.client(key).query('{ environment { id } }')).data;
  const environmentId = Buffer.from(environment.id, 'base64url').toString().split(':')[1]!;
  /** The first part of a file, as its hash. */
  const download = async (upload: string, megabytes: number) => {
    const url = new URL(linkTo(environmentId, rawId(upload)), server.url);
    const answer = await fetch(url, { headers: { range: `bytes=0-${megabytes * MIB - 1}` } });
    return hashOf(Readable.fromWeb(answer.body as never));
  };
  // What the first ones need of code and buffers, and what the collector leaves for later, is there already.
  await download((await upload(server, key!, WARM_UP_MB)).upload, WARM_UP_MB);
  const before = rss(server);

  let id = '';
  const whileIn = await peakWhile(server, async () => {
    const made = await upload(server, key!, SIZE_MB);
    expect(made.size).toBe(SIZE_MB * MIB);
    id = made.upload;
  });
  let received = '';
  const whileOut = await peakWhile(server, async () => {
    received = await download(id, OUT_MB);
  });
  expect(received).toBe(await hashOf(generated(OUT_MB)));
  console.log(
    `memory of the server in MiB: ${before.toFixed(0)} before, at most ${whileIn.toFixed(0)} in, ${whileOut.toFixed(0)} out`,
  );
  expect(whileIn - before).toBeLessThan(GROWTH_MB);
  expect(whileOut - before).toBeLessThan(GROWTH_MB);
}, 120_000);
