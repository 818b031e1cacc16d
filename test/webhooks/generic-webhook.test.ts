import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { blocked, nextPhone } from '../messages/message-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { addressOf, genericEndpoint, genericSignature, OURS, postGeneric } from './webhook-story.ts';

let server: Quietline;
let admin: Client;
let address: string;
let secret: string;

beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
  const endpoint = await genericEndpoint(admin);
  address = addressOf(server, endpoint);
  secret = endpoint.secret;
});

const json = (from: string, body: string, more: object = {}) =>
  JSON.stringify({ from, to: OURS, body, externalId: randomUUID(), ...more });

test('the same call as receiveMessage: effect, reply and grant, committed and enforced', async () => {
  const phone = nextPhone();
  const message = json(phone, 'unsubscribe', { receivedAt: new Date(Date.now() - 60_000).toISOString() });
  const { status, json: answer } = await postGeneric(address, message, genericSignature(secret, message));
  expect([status, answer]).toEqual([
    200,
    {
      meaning: 'OPT_OUT',
      certainty: 'HIGH',
      effect: 'LISTED',
      isDuplicate: false,
      isExternalIdReused: false,
      isInboundBlocked: false,
      stillBlockedBy: ['DNC', 'DNT'],
      reply: {
        text: 'You have been unsubscribed. Reply START to resubscribe.',
        grant: expect.any(String),
        grantExpiresAt: expect.any(String),
      },
    },
  ]);
  expect(await blocked(admin, phone)).toBe('OUTBOUND CALL, OUTBOUND SMS');
  const again = await postGeneric(address, message, genericSignature(secret, message, Date.now() - 1_000));
  expect(again.json).toEqual({ ...answer, isDuplicate: true });
});

test('an opt-out with anything behind it is taken, up to 64 KiB', async () => {
  const phone = nextPhone();
  const message = json(phone, `take me off your list ${'😀'.repeat(12_000)}`);
  expect((await postGeneric(address, message, genericSignature(secret, message))).json).toMatchObject({
    effect: 'LISTED',
  });
});

test.each([
  ['no signature', () => null],
  ['one that cannot be read', () => 'v1=abc'],
  ['one with another secret', (body: string) => genericSignature('another secret', body)],
  ['one from six minutes ago', (body: string) => genericSignature(secret, body, Date.now() - 360_000)],
  ['one of another body', () => genericSignature(secret, '{}')],
])('%s: 403, and nothing is written', async (_name, signatureOf) => {
  const phone = nextPhone();
  const message = json(phone, 'STOP');
  const { status, json: answer } = await postGeneric(address, message, signatureOf(message));
  expect(status).toBe(403);
  expect(answer).toMatchObject({ errors: [{ extensions: { code: 'SIGNATURE_REFUSED' } }] });
  expect(await blocked(admin, phone)).toBe('');
});

test('what is signed and no message: 400, with the field', async () => {
  for (const [message, field] of [
    ['{', 'no JSON'],
    [json(nextPhone(), 'STOP', { externalId: '' }), 'externalId'],
    [json('  ', 'STOP'), 'from'],
  ] as const) {
    const answer = await postGeneric(address, message, genericSignature(secret, message));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json)).toContain(field);
  }
});
