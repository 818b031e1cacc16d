import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookRoutes } from '../../src/server/webhook-routes.ts';
import { blocked, nextPhone } from '../messages/message-story.ts';
import { startToy } from '../server/toy-server.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { addressOf, postTwilio, twilioEndpoint, twilioForm } from './webhook-story.ts';

let server: Quietline;
let admin: Client;
let address: string;

beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
  address = addressOf(server, await twilioEndpoint(admin));
});

const open: Socket[] = [];
afterAll(() => {
  for (const socket of open) socket.destroy();
});

/** Announces a body and sends one byte of it; what the server answers in the meantime. */
async function begin(url: string, headers: readonly string[] = []): Promise<{ answer: Promise<string> }> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.on('error', () => {});
  const head = [`POST ${pathname} HTTP/1.1`, 'Host: x', 'Content-Length: 200', ...headers].join('\r\n');
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  await new Promise((resolve) => socket.write(`${head}\r\n\r\nx`, resolve));
  return { answer };
}

test('who knows the address alone, however many and slow, keeps no signed opt-out out', async () => {
  await Promise.all(Array.from({ length: 220 }, () => begin(address, ['X-Twilio-Signature: made-up'])));
  const phone = nextPhone();
  expect((await postTwilio(address, twilioForm(phone, 'STOP'))).status).toBe(200);
  expect(await blocked(admin, phone)).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('without a signature it is refused by its head', async () => {
  const { answer } = await begin(address);
  expect(await answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*no signature \(x-twilio-signature\)/);
});

const token = 'x'.repeat(43);
const behind = {
  environmentId: 1,
  id: 1,
  signature: { header: 'x-signature', remedy: '' },
  check: () => new Promise<never>(() => {}),
};
const quiet = { warn() {}, error() {} };

test('a body that does not come in time is asked for again, and the connection ends', async () => {
  const toy = await startToy({ routes: webhookRoutes({ open: async () => behind, log: quiet, bodyMs: 50 }) });
  const { answer } = await begin(`${toy.url}/webhooks/${token}`, ['X-Signature: any']);
  expect(await answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*TRY_AGAIN/i);
});

test('addresses are looked up for so many at once, whoever asks', async () => {
  let asked = 0;
  let found: (webhook: null) => void = () => {};
  const looking = new Promise<null>((resolve) => {
    found = resolve;
  });
  const open = () => {
    asked += 1;
    return looking;
  };
  const toy = await startToy({ routes: webhookRoutes({ open, log: quiet }) });
  const post = async () => (await fetch(`${toy.url}/webhooks/${token}`, { method: 'POST' })).status;
  const first = Array.from({ length: 64 }, post);
  await expect.poll(() => asked).toBe(64);
  expect(await post()).toBe(503);
  found(null);
  expect(new Set(await Promise.all(first))).toEqual(new Set([404]));
  expect(await post()).toBe(404);
});
