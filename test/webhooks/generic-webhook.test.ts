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
      warnings: [],
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
  [{ receivedAt: '2026-11-26 08:00:00' }, ['UNREADABLE_TIME']],
  [{ receivedAt: '' }, ['UNREADABLE_TIME']],
  [{ receivedAt: 1764144000 }, []],
  [{ receivedAt: 'Wed, 26 Nov 2025 08:00:00 +0000' }, []],
  [{ externalId: 4711 }, []],
  [{ externalId: 'x'.repeat(2_000) }, []],
  [{ to: '' }, []],
  [{ to: undefined }, []],
  [{ campaign: 'nowhere' }, ['UNKNOWN_CAMPAIGN']],
  [{ body: `STOP${' '.repeat(10_000)}` }, ['TEXT_CUT']],
])('an opt-out is not refused for another field: %j', async (more, codes) => {
  const phone = nextPhone();
  const message = json(phone, 'STOP', more);
  const { status, json: answer } = await postGeneric(address, message, genericSignature(secret, message));
  expect([status, answer]).toMatchObject([200, { effect: 'LISTED', warnings: codes.map((code) => ({ code })) }]);
  expect(await blocked(admin, phone)).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('nor for a sender that is no number: it is kept as it came, and the answer says so', async () => {
  const message = json('Shop Néw (US)', 'STOP');
  const { json: answer } = await postGeneric(address, message, genericSignature(secret, message));
  expect(answer).toMatchObject({ effect: 'LISTED', warnings: [{ code: 'KEPT_AS_RECEIVED' }] });
});

test('nor for its sender being a number, or a byte order mark', async () => {
  const phone = nextPhone();
  const message = `\ufeff${json(phone, 'STOP').replace(`"${phone}"`, phone.slice(1))}`;
  expect((await postGeneric(address, message, genericSignature(secret, message))).status).toBe(200);
  expect(await blocked(admin, phone)).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('the phrases of the campaign that it names count', async () => {
  const { createCampaign } = await admin.expectOk(
    'mutation { createCampaign(input: { key: "sun", name: "Sun", phrases: ["no more sun"] }) { userErrors { message } } }',
  );
  expect(createCampaign.userErrors).toEqual([]);
  const send = async (campaign?: string) => {
    const message = json(nextPhone(), 'no more sun', { campaign });
    return (await postGeneric(address, message, genericSignature(secret, message))).json.meaning;
  };
  expect([await send(), await send('sun')]).toEqual(['NONE', 'OPT_OUT']);
});

const REPLAY = `mutation ($input: ReceiveMessageInput!) {
  receiveMessage(input: $input) { effect isTimeUnread message { receivedAt } userErrors { message } }
}`;

test("a replay through receiveMessage reads Twilio's own dates; one that cannot be read refuses nothing", async () => {
  const phone = nextPhone();
  const replay = async (body: string, receivedAt?: string) => {
    const input = { from: phone, to: OURS, body, externalId: randomUUID(), receivedAt };
    return (await admin.expectOk(REPLAY, { input })).receiveMessage;
  };
  const start = json(phone, 'START', { receivedAt: '2025-11-26T09:00:00Z' });
  await postGeneric(address, start, genericSignature(secret, start));
  expect(await replay('STOP', 'Wed, 26 Nov 2025 08:00:00 +0000')).toEqual({
    effect: 'SUPERSEDED',
    isTimeUnread: false,
    message: { receivedAt: '2025-11-26T08:00:00.000Z' },
    userErrors: [],
  });
  expect(await replay('STOP', '2025-11-26 08:00:00')).toMatchObject({ effect: 'LISTED', isTimeUnread: true });
});

test('a wrong signature says what it is over, and nothing of an address', async () => {
  const message = json(nextPhone(), 'STOP');
  const answer = JSON.stringify(
    (await postGeneric(address, message, genericSignature('another secret', message))).json,
  );
  expect(answer).toContain('bytes of the body');
  expect(answer).not.toContain('publicUrl');
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
