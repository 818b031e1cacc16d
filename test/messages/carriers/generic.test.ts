import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkSignature, readGenericMessage, signatureHeader } from '../../../src/domain/messages/carriers/generic.ts';

const SECRET = 'whsec_of_this_test';
const NOW = new Date('2026-11-25T12:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const BODY = '{"from":"+14155550100","to":"+14155550199","body":"stop 🛑","externalId":"m1"}';

/** Independent of the code: `openssl dgst -sha256 -hmac` over "t.body". */
function header(time = SECONDS, secret = SECRET, body = BODY): string {
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}

describe('the signature', () => {
  test('holds over the bytes of the body and the time', () => {
    expect(checkSignature(SECRET, header(), BODY, NOW)).toBe('VALID');
    expect(checkSignature(SECRET, header(), Buffer.from(BODY), NOW)).toBe('VALID');
    expect(checkSignature(SECRET, header().toUpperCase().replace('T=', 't=').replace('V1=', 'v1='), BODY, NOW)).toBe(
      'VALID',
    );
    expect(signatureHeader(SECRET, BODY, NOW)).toBe(header());
  });

  test('a known one, so that other languages can check themselves', () => {
    expect(signatureHeader('secret', '{}', new Date(1_767_225_600_000))).toBe(
      `t=1767225600,v1=${createHmac('sha256', 'secret').update('1767225600.{}').digest('hex')}`,
    );
  });

  test('is refused with another body, secret or time', () => {
    expect(checkSignature(SECRET, header(), `${BODY} `, NOW)).toBe('WRONG');
    expect(checkSignature('other', header(), BODY, NOW)).toBe('WRONG');
    expect(checkSignature(SECRET, header().replace(`t=${SECONDS}`, `t=${SECONDS + 1}`), BODY, NOW)).toBe('WRONG');
  });

  test('is refused outside five minutes, either way, so that nobody can send it again', () => {
    expect(checkSignature(SECRET, header(SECONDS - 300), BODY, NOW)).toBe('VALID');
    expect(checkSignature(SECRET, header(SECONDS + 300), BODY, NOW)).toBe('VALID');
    expect(checkSignature(SECRET, header(SECONDS - 301), BODY, NOW)).toBe('OUTSIDE_WINDOW');
    expect(checkSignature(SECRET, header(SECONDS + 301), BODY, NOW)).toBe('OUTSIDE_WINDOW');
    // Who doesn't know the secret isn't told about the clock.
    expect(checkSignature(SECRET, header(1, 'other'), BODY, NOW)).toBe('WRONG');
  });

  test('while a secret is being replaced a sender may give two', () => {
    const old = header(SECONDS, 'old').split(',')[1];
    expect(checkSignature(SECRET, `${header()},${old}`, BODY, NOW)).toBe('VALID');
    expect(checkSignature('old', `${header()},${old}`, BODY, NOW)).toBe('VALID');
    expect(checkSignature('older', `${header()},${old}`, BODY, NOW)).toBe('WRONG');
  });

  test.each([null, undefined, ''])('without a header (%j) it is missing', (none) => {
    expect(checkSignature(SECRET, none, BODY, NOW)).toBe('MISSING');
  });

  test.each([
    'x',
    't=1',
    'v1=00',
    `t=${SECONDS},v1=zz`,
    `t=-1,${header().split(',')[1]}`,
    `t=1e3,${header().split(',')[1]}`,
    Array(6).fill(header()).join(','),
  ])('malformed: %s', (odd) => {
    expect(checkSignature(SECRET, odd, BODY, NOW)).toBe('MALFORMED');
  });

  test('an empty secret signs nothing', () => {
    expect(checkSignature('', header(SECONDS, ''), BODY, NOW)).toBe('MALFORMED');
  });
});

const messageOf = (more: object) =>
  readGenericMessage(
    JSON.stringify({ from: '+14155550100', to: '+14155550199', body: 'STOP', externalId: 'm1', ...more }),
  );

describe('the message', () => {
  test('with and without the time of the carrier', () => {
    expect(readGenericMessage(BODY)).toEqual({
      from: '+14155550100', to: '+14155550199', body: 'stop 🛑', externalId: 'm1', receivedAt: null, optOutType: null,
      campaign: null, isTimeUnread: false,
    }); // biome-ignore format: one look
    expect(messageOf({ receivedAt: '2026-11-25T07:00:00-05:00', campaign: 'spring' })).toMatchObject({
      receivedAt: NOW,
      campaign: 'spring',
    });
    expect(messageOf({ receivedAt: null, more: 1 })).toMatchObject({ receivedAt: null, externalId: 'm1' });
  });

  test.each([
    [{ receivedAt: 'yesterday' }, { receivedAt: null, isTimeUnread: true }],
    [{ receivedAt: {} }, { receivedAt: null, isTimeUnread: true }],
    [{ receivedAt: SECONDS }, { receivedAt: NOW, isTimeUnread: false }],
    [{ receivedAt: SECONDS * 1000 }, { receivedAt: NOW, isTimeUnread: false }],
    [{ from: 14155550100 }, { from: '14155550100' }],
    [{ externalId: 17 }, { externalId: '17' }],
    [{ externalId: 'x'.repeat(201) }, { externalId: 'x'.repeat(201) }],
    [{ to: undefined }, { to: '' }],
    [{ to: '' }, { to: '' }],
    [{ to: ['+14155550199'] }, { to: '' }],
    [{ campaign: 5 }, { campaign: '5' }],
    [{ body: '' }, { body: '' }],
  ])('%j is no reason to refuse it', (more, expected) => {
    expect(messageOf(more)).toMatchObject({ body: 'STOP', ...expected });
  });

  test('a byte order mark before it is none either', () => {
    expect(readGenericMessage(`\ufeff${BODY}`)).toMatchObject({ externalId: 'm1' });
  });

  test('an id that is a number is taken digit by digit: two long ones are two', () => {
    const of = (id: string) => BODY.replace('"m1"', id).replace('stop 🛑', 'stop 12 \\" 34');
    expect(readGenericMessage(of('12345678901234567891'))).toMatchObject({
      externalId: '12345678901234567891',
      body: 'stop 12 " 34',
    });
    expect(readGenericMessage(of('12345678901234567892'))).toMatchObject({ externalId: '12345678901234567892' });
  });

  test.each([
    ['', 'no JSON'],
    ['[]', 'body'],
    ['null', 'body'],
    ['{"from":"+14155550100","to":"2","body":"x"}', 'externalId'],
    ['{"from":"","to":"2","body":"x","externalId":"1"}', 'from'],
    ['{"from":["+14155550100"],"to":"2","body":"x","externalId":"1"}', 'from'],
    ['{"from":"1","to":"2","externalId":"1"}', 'body'],
    ['{"from":"1","to":"2","body":1,"externalId":"1"}', 'body'],
    ['{"from":"1","to":"2","body":"x","externalId":{}}', 'externalId'],
  ])('%s is none: the answer names %s and no value', (body, field) => {
    const answer = readGenericMessage(body);
    expect('problem' in answer && answer.problem).toContain(field);
    expect(JSON.stringify(answer)).not.toContain('415555');
  });
});
