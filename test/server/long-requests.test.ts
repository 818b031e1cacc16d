import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { bodyParts } from '../../src/server/body-parts.ts';
import type { Route } from '../../src/server/routes.ts';
import { startToy, type Toy } from './toy-server.ts';

/** Sends the head of a request, and a byte of its body every so often. */
function trickle(toy: Toy, request: string, everyMs: number): Promise<string> {
  const socket = connect(toy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${request} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n`);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent === 20) return;
    sent += 1;
    socket.write('x');
  }, everyMs);
  return new Promise((resolve) => {
    let text = '';
    const done = () => {
      clearInterval(timer);
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\r\n\r\n')) done();
    });
    socket.once('close', done);
  });
}

const counting: Route = {
  method: 'POST',
  path: '/count/:id',
  isLong: true,
  async handle(req, res, { id, signal }) {
    const parts: string[] = [];
    for await (const part of bodyParts(req, { partBytes: 8, signal })) parts.push(String(part.length));
    res.end(`${id} ${parts}`);
  },
};

test('a request that is never complete is refused in time (slowloris), a file may take longer while it moves', async () => {
  const toy = await startToy({ routes: [counting], timeouts: { requestMs: 300, silenceMs: 5_000 } });
  const [ordinary, long] = await Promise.all([
    trickle(toy, 'POST /graphql', 50),
    trickle(toy, 'POST /count/seven?x=1', 50),
  ]);
  expect(ordinary).toMatch(/^HTTP\/1\.1 408 [\s\S]*REQUEST_TIMEOUT/);
  expect(long).toMatch(/^HTTP\/1\.1 200 [\s\S]*seven 8,8,4/);
});

test('a file that stands still is given up', async () => {
  const toy = await startToy({ routes: [counting], timeouts: { requestMs: 60_000, silenceMs: 300 } });
  expect(await trickle(toy, 'POST /count/seven', 60_000)).toBe('');
  expect(toy.logLines).toEqual([]);
});
