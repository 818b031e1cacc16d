import { beforeAll, describe, expect, test } from 'vitest';
import { layCable } from '../durability/cable.ts';
import { blocked, nextPhone } from '../messages/message-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { addressOf, postTwilio, twilioEndpoint, twilioForm } from './webhook-story.ts';

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const EMPTY = `${XML}<Response></Response>`;
const OUT = 'OUTBOUND CALL, OUTBOUND SMS';
const says = (text: string) => `${XML}<Response><Message>${text}</Message></Response>`;

let server: Quietline;
let world: World;
let admin: Client;
let address: string;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  admin = await world.as('ADMIN');
  address = addressOf(server, await twilioEndpoint(admin));
});

const messageOf = async (phone: string) => {
  const { optOuts } = await admin.expectOk(
    '{ optOuts { nodes { phone businessNumber source message { text effect externalId reportedBy { type name subject } } } } }',
  );
  return optOuts.nodes.find((node: { phone: string }) => node.phone === phone);
};

describe('a request signed as Twilio signs', () => {
  test('STOP: TwiML that confirms it, the number blocked, and the message kept with its endpoint', async () => {
    const phone = nextPhone();
    const form = twilioForm(phone, 'Stop');
    const answer = await postTwilio(address, form);
    expect(answer).toMatchObject({
      status: 200,
      type: 'text/xml; charset=utf-8',
      text: says('You have been unsubscribed. Reply START to resubscribe.'),
    });
    expect(await blocked(admin, phone)).toBe(OUT);
    expect(await messageOf(phone)).toEqual({
      phone,
      businessNumber: form.To,
      source: 'SMS_KEYWORD',
      message: {
        text: 'Stop',
        effect: 'LISTED',
        externalId: form.MessageSid,
        reportedBy: { type: 'SYSTEM', name: 'Twilio', subject: 'endpoint:1' },
      },
    });
    // Twilio sends it again when the answer didn't reach it: then it is to send the confirmation all the same.
    expect(await postTwilio(address, form)).toEqual(answer);
    expect((await postTwilio(address, twilioForm(phone, 'STOP'))).text).toBe(EMPTY);
    expect((await postTwilio(address, twilioForm(phone, 'START'))).text).toBe(
      says('You have been resubscribed to messages. Reply STOP to unsubscribe.'),
    );
    expect(await blocked(admin, phone)).toBe('');
  });

  test('what asks for nothing gets an empty answer; HELP the help text, escaped', async () => {
    expect((await postTwilio(address, twilioForm(nextPhone(), 'Hola ¿qué tal? 🙂'))).text).toBe(EMPTY);
    expect((await postTwilio(address, twilioForm(nextPhone(), 'HELP'))).text).toBe(
      says('Reply STOP to unsubscribe. Msg &amp; data rates may apply.'),
    );
  });

  test('over the address that the carrier calls: publicUrl, PUBLIC_URL, or with a query', async () => {
    const behind = await twilioEndpoint(admin, { publicUrl: 'https://sms.example.com/hooks/42?tenant=7' });
    expect(behind.url).toBe('https://sms.example.com/hooks/42?tenant=7');
    const phone = nextPhone();
    const signedFor = behind.url;
    expect((await postTwilio(addressOf(server, behind), twilioForm(phone, 'STOP'), { signedFor })).status).toBe(200);
    expect((await postTwilio(addressOf(server, behind), twilioForm(phone, 'STOP'))).status).toBe(403);
    expect((await postTwilio(`${address}?a=1&b=%20x`, twilioForm(phone, 'STOP'))).status).toBe(200);

    const second = await startQuietline({
      database: server.storage,
      settings: { PUBLIC_URL: 'https://quietline.example.com/api/' },
    });
    const there = await twilioEndpoint(await world.through(second).as('ADMIN'));
    expect(there.url).toBe(`https://quietline.example.com/api${there.path}`);
    const known = await postTwilio(addressOf(second, there), twilioForm(phone, 'STOP'), { signedFor: there.url });
    expect(known.status).toBe(200);
  });
});

describe('a carrier that answers opt-outs itself (OptOutType)', () => {
  test('gets an empty answer, and the opt-out is done; a second one is not confirmed by us either', async () => {
    const phone = nextPhone();
    const stop = await postTwilio(address, twilioForm(phone, 'STOP', { OptOutType: 'STOP' }));
    expect(stop).toMatchObject({ status: 200, text: EMPTY });
    expect(await blocked(admin, phone)).toBe(OUT);
    expect((await postTwilio(address, twilioForm(phone, 'STOP'))).text).toBe(EMPTY);
    const help = await postTwilio(address, twilioForm(phone, 'HELP', { OptOutType: 'HELP' }));
    expect(help.text).toBe(EMPTY);
    const start = await postTwilio(address, twilioForm(phone, 'START', { OptOutType: 'START' }));
    expect(start.text).toBe(EMPTY);
    expect(await blocked(admin, phone)).toBe('');
  });

  test('its own keywords are opt-outs, whatever we think of the text; its opt-ins take the START of the law', async () => {
    const phone = nextPhone();
    await postTwilio(address, twilioForm(phone, 'Zappo', { OptOutType: 'STOP' }));
    expect(await blocked(admin, phone)).toBe(OUT);
    expect(await messageOf(phone)).toMatchObject({ source: 'SMS_KEYWORD', message: { text: 'Zappo' } });
    await postTwilio(address, twilioForm(phone, 'Zippo', { OptOutType: 'START' }));
    expect(await blocked(admin, phone)).toBe(OUT);
  });

  test('with the setting off we answer', async () => {
    const own = addressOf(server, await twilioEndpoint(admin, { carrierAnswers: false }));
    const stop = await postTwilio(own, twilioForm(nextPhone(), 'STOP', { OptOutType: 'STOP' }));
    expect(stop.text).toContain('You have been unsubscribed.');
  });
});

describe('what is not signed, or cannot be read', () => {
  const nobody = nextPhone();

  test.each([
    ['a wrong token', { authToken: 'ffffffffffffffffffffffffffffffff' }],
    ['the signature of another address', { signedFor: 'https://elsewhere.example.com/' }],
    ['no signature that could be one', { signature: 'x' }],
  ])('%s: 403, and nothing is written', async (_name, options) => {
    const answer = await postTwilio(address, twilioForm(nobody, 'STOP'), options);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('SIGNATURE_REFUSED');
    expect(await blocked(admin, nobody)).toBe('');
    expect(server.log()).toContain('refused for its signature');
    expect(server.log()).not.toContain(nobody);
  });

  test('a field that was altered on the way: 403', async () => {
    const form = twilioForm(nobody, 'Hello');
    const { status } = await postTwilio(address, { ...form, Body: 'STOP' }, { signature: 'x' });
    expect(status).toBe(403);
  });

  test('a form without its sender: 400, because sending it again would not help', async () => {
    const { From, ...form } = twilioForm(nobody, 'STOP');
    const answer = await postTwilio(address, form);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('lacks From');
  });

  test('no endpoint there: 404; another method: 405; a large body: 413', async () => {
    for (const path of ['/webhooks/made-up', `/webhooks/${'x'.repeat(43)}`])
      expect((await postTwilio(server.url + path, twilioForm(nobody, 'STOP'))).status).toBe(404);
    expect((await fetch(address)).status).toBe(405);
    expect((await postTwilio(address, twilioForm(nobody, 'x'.repeat(70_000)))).status).toBe(413);
  });
});

test('an endpoint belongs to one environment (invariant 8)', async () => {
  const phone = nextPhone();
  await postTwilio(address, twilioForm(phone, 'STOP'));
  expect(await blocked(await world.sandbox.as('ADMIN'), phone)).toBe('');
  const sandbox = await world.sandbox.as('ADMIN');
  const theirs = addressOf(server, await twilioEndpoint(sandbox));
  const other = nextPhone();
  await postTwilio(theirs, twilioForm(other, 'STOP'));
  expect([await blocked(sandbox, other), await blocked(admin, other)]).toEqual([OUT, '']);
});

test('when the database does not answer: 503, so that the carrier sends it again; then it is done, once', async () => {
  const cable = await layCable((server.storage as { url: string }).url);
  const there = await startQuietline({ database: { url: cable.url } });
  const staff = await world.through(there).as('ADMIN');
  const own = addressOf(there, await twilioEndpoint(staff));
  const form = twilioForm(nextPhone(), 'STOP');
  await cable.cut();
  const refused = await postTwilio(own, form);
  expect(refused).toMatchObject({ status: 503, retryAfter: '5' });
  expect(there.log()).not.toContain(form.From);
  await cable.mend();
  await expect.poll(async () => (await postTwilio(own, form)).status).toBe(200);
  // Another server hears of it by its feed.
  await expect.poll(() => blocked(admin, form.From)).toBe(OUT);
});
