import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSignedByTwilio, readTwilioMessage, twimlReply } from '../../../src/domain/messages/carriers/twilio.ts';

const TOKEN = 'a-token-of-this-test';
const URL_ = 'https://quietline.example/webhooks/twilio/e1?x=1';

/** Independent of the code: written from Twilio's description, for fields that are given once. */
function sign(url: string, fields: Record<string, string>, token = TOKEN): string {
  const text = Object.keys(fields)
    .sort()
    .reduce((all, name) => all + name + fields[name], url);
  return createHmac('sha1', Buffer.from(token, 'utf-8')).update(Buffer.from(text, 'utf-8')).digest('base64');
}

describe("signatures that Twilio's documentation and libraries publish, with the token 12345", () => {
  const call = (from: string) =>
    new URLSearchParams({ CallSid: 'CA1234567890ABCDE', Caller: from, Digits: '1234', From: from, To: '+18005551212' });

  test.each([
    ['https://example.com/myapp.php?foo=1&bar=2', call('+14158675310'), 'L/OH5YylLD5NRKLltdqwSvS0BnU='],
    ['https://mycompany.com/myapp.php?foo=1&bar=2', call('+14158675309'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    [
      'https://mycompany.com/myapp.php?foo=1&bar=2',
      new URLSearchParams([
        ['Sid', 'CA123'],
        ['SidAccount', 'AC123'],
        ['Digits', '5678'],
        ['Digits', '1234'],
        ['Digits', '1234'],
      ]),
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
    ],
  ])('%s', (url, form, signature) => {
    expect(isSignedByTwilio('12345', { url, form, signature })).toBe(true);
    expect(isSignedByTwilio('12346', { url, form, signature })).toBe(false);
    expect(isSignedByTwilio('12345', { url: `${url}&more=1`, form, signature })).toBe(false);
  });

  test('a JSON body, by its hash in the URL', () => {
    const body = '{"property": "value", "boolean": true}';
    const url =
      'https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const signature = 'a9nBmqA0ju/hNViExpshrM61xv4=';
    expect(isSignedByTwilio('12345', { url, body, signature })).toBe(true);
    expect(isSignedByTwilio('12345', { url, body: Buffer.from(body), signature })).toBe(true);
    expect(isSignedByTwilio('12345', { url, body: `${body} `, signature })).toBe(false);
    expect(isSignedByTwilio('12345', { url, signature })).toBe(false);
  });
});

describe('a form', () => {
  const fields = { From: '+14155550100', To: '+14155550199', Body: 'Stóp & go 🛑 +1=2', MessageSid: 'SM1', Empty: '' };

  test('signed as Twilio signs, in whatever order the fields come', () => {
    const form = new URLSearchParams(Object.entries(fields).reverse());
    expect(isSignedByTwilio(TOKEN, { url: URL_, form, signature: sign(URL_, fields) })).toBe(true);
    expect(
      isSignedByTwilio(TOKEN, { url: URL_, form: new URLSearchParams(form.toString()), signature: sign(URL_, fields) }),
    ).toBe(true);
  });

  test('is refused with anything altered, added, missing or empty', () => {
    const signature = sign(URL_, fields);
    const refused = (change: object) =>
      isSignedByTwilio(TOKEN, { url: URL_, form: new URLSearchParams(fields), signature, ...change });
    expect(refused({})).toBe(true);
    for (const change of [
      { form: new URLSearchParams({ ...fields, Body: 'START' }) },
      { form: new URLSearchParams({ ...fields, More: '1' }) },
      { form: new URLSearchParams() },
      { url: URL_.replace('https', 'http') },
      { url: `${URL_}/` },
      { signature: null },
      { signature: '' },
      { signature: signature.toLowerCase() },
      { signature: `${signature} ` },
      { signature: 'ü'.repeat(28) },
    ]) {
      expect(refused(change), JSON.stringify(change)).toBe(false);
    }
    expect(
      isSignedByTwilio('', { url: URL_, form: new URLSearchParams(fields), signature: sign(URL_, fields, '') }),
    ).toBe(false);
  });

  test('Twilio may sign with the port or without it', () => {
    const form = new URLSearchParams(fields);
    const withPort = URL_.replace('.example/', '.example:443/');
    expect(isSignedByTwilio(TOKEN, { url: URL_, form, signature: sign(withPort, fields) })).toBe(true);
    expect(isSignedByTwilio(TOKEN, { url: withPort, form, signature: sign(URL_, fields) })).toBe(true);
    const odd = URL_.replace('.example/', '.example:8443/');
    expect(isSignedByTwilio(TOKEN, { url: odd, form, signature: sign(odd, fields) })).toBe(true);
    expect(isSignedByTwilio(TOKEN, { url: URL_, form, signature: sign(odd, fields) })).toBe(false);
  });

  test('a form is never taken by the hash of a body', () => {
    const url = `${URL_}&bodySHA256=${createHash('sha256').update('').digest('hex')}`;
    expect(isSignedByTwilio(TOKEN, { url, form: new URLSearchParams({ Body: 'x' }), signature: sign(url, {}) })).toBe(
      false,
    );
  });
});

describe('the message', () => {
  const read = (fields: Record<string, string>) => readTwilioMessage(new URLSearchParams(fields));

  test('as Twilio posts it', () => {
    expect(read({ From: '+14155550100', To: '+14155550199', Body: 'Stop\n', MessageSid: 'SM1', SmsSid: 'SM2', OptOutType: 'STOP' })).toEqual({
      from: '+14155550100', to: '+14155550199', body: 'Stop\n', externalId: 'SM1', receivedAt: null, optOutType: 'STOP',
    }); // biome-ignore format: one look
  });

  test('without a body it is empty; older names of the id are known; an odd OptOutType says nothing', () => {
    expect(read({ From: '1', To: '2', SmsSid: 'SM2', OptOutType: 'MAYBE' })).toMatchObject({
      body: '',
      externalId: 'SM2',
      optOutType: null,
    });
    expect(read({ From: '1', To: '2', SmsMessageSid: 'SM3' })).toMatchObject({ externalId: 'SM3' });
  });

  test('without To it is taken all the same: no opt-out is lost over a field that it can do without', () => {
    expect(read({ From: '+14155550100', Body: 'STOP', MessageSid: 'SM1' })).toMatchObject({ to: '', body: 'STOP' });
  });

  test.each(['From', 'MessageSid'])('without %s it is no message, and the answer names the field alone', (field) => {
    const fields: Record<string, string> = { From: '+14155550100', To: '+14155550199', Body: 'x', MessageSid: 'SM1' };
    delete fields[field];
    const answer = JSON.stringify(read(fields));
    expect(answer).toContain(`lacks ${field}`);
    expect(answer).not.toContain('415555');
  });
});

describe('TwiML', () => {
  test('with a text it makes Twilio send it, escaped', () => {
    expect(twimlReply('A & B <c> "d" \'e\' ]]> ñ 🛑\u0000\u0008\ud800')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Message>A &amp; B &lt;c&gt; &quot;d&quot; &apos;e&apos; ]]&gt; ñ 🛑</Message></Response>',
    );
  });

  test.each([null, ''])('without one (%j) it says nothing', (text) => {
    expect(twimlReply(text)).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
  });
});
