import { describe, expect, test } from 'vitest';
import { checkFirstMessage } from '../../src/domain/messages/first-message.ts';

const NAME = 'BUSINESS_NAME';
const TYPES = 'MESSAGE_TYPES';
const OPT_OUT = 'OPT_OUT';
const FREQUENCY = 'FREQUENCY';
const RATES = 'RATES';

const SEED =
  "Hi Sarah, this is Dr. Smith's office. We'll send appointment reminders and follow-ups to this number. Reply STOP to opt out. Msg & data rates may apply.";

describe("seed 003's own example", () => {
  test.each([undefined, 'Dr. Smith', "Dr. Smith's Office", 'DR SMITH LLC'])(
    'lacks exactly the frequency (name: %s)',
    (businessName) => {
      expect(checkFirstMessage(SEED, { businessName }).missing).toEqual([FREQUENCY]);
    },
  );

  test('is answered with the words that make each disclosure', () => {
    expect(checkFirstMessage(SEED, { businessName: 'Dr. Smith' }).found).toEqual([
      { disclosure: NAME, words: "Dr. Smith's" },
      { disclosure: TYPES, words: 'reminders' },
      { disclosure: OPT_OUT, words: 'Reply STOP' },
      { disclosure: FREQUENCY, words: null },
      { disclosure: RATES, words: 'Msg & data rates' },
    ]);
  });

  test.each([
    ['up to 4 msgs/month', []],
    ['Msg frequency varies', []],
  ] as const)('with "%s" it lacks nothing', (frequency, missing) => {
    expect(checkFirstMessage(`${SEED} ${frequency}.`).missing).toEqual(missing);
  });
});

describe('one disclosure at a time, in many wordings', () => {
  const has = (disclosure: string, text: string, businessName?: string) =>
    !checkFirstMessage(text, { businessName }).missing.includes(disclosure as typeof NAME);

  test.each([
    'Hi, this is Acme Dental.', "It's Pat from Acme", 'Acme: your order shipped', '[Acme] Hello', 'Welcome to Acme Rewards!', "Hi! I'm Joe with Acme Roofing",
    'Thanks for joining Acme', 'Hello from Acme', 'Acme Alerts - hello there', 'Hola, somos Clínica Sol', 'Le escribe Ana de Clínica Sol', 'See you soon! -Acme Team',
  ])('who writes: %s', (text) => expect(has(NAME, text)).toBe(true)); // biome-ignore format: a list

  test.each([
    'Hi Sarah, your appointment is tomorrow.',
    'Reminder: see you at five',
    'Hello: we have news',
    'You are signed up!',
    'Alert: your package is late',
    '',
  ])('nobody says who writes: %s', (text) => expect(has(NAME, text)).toBe(false));

  test.each([
    ["This is Smith's Family Dental", 'Smith Family Dental, LLC', true],
    ['Msg from SMITH FAMILY DENTAL', 'Smith Family Dental', true],
    ['Clinica Sol te saluda', 'Clínica Sol', true],
    ['Hi, this is Bob from Other Co', 'Smith Family Dental', false],
    ['Smith here', 'Smith Family Dental', false],
    ['The Office: hello', 'The Office', true],
  ] as const)('"%s" names %s: %s', (text, name, isNamed) => expect(has(NAME, text, name)).toBe(isNamed));

  test.each([
    'order updates',
    'We will text you alerts',
    'weekly deals',
    'Recibirá recordatorios de citas',
    'messages about your loan',
    'exclusive offers & promos',
    'delivery notifications',
  ])('what they receive: %s', (text) => expect(has(TYPES, text)).toBe(true));

  test.each([
    'Your appointment is tomorrow',
    'Reply STOP to stop alerts',
    'To opt out of updates reply STOP',
    '20% off today',
  ])('nothing says what they receive: %s', (text) => expect(has(TYPES, text)).toBe(false));

  test.each([
    'Reply STOP to unsubscribe', 'Text STOP to end', 'txt stop 2 quit', 'Send "STOP" to cancel', 'STOP=end', 'STOP to opt out', 'To opt out, reply with STOP', 'Stop2End',
    'Reply OPT OUT', 'Reply UNSUBSCRIBE', 'Responda STOP para cancelar', 'Envíe ALTO', 'Para darse de baja, responda BAJA', 'Opt out anytime', 'reply “stop”', 'Reply back with STOP',
  ])('how to opt out: %s', (text) => expect(has(OPT_OUT, text)).toBe(true)); // biome-ignore format: a list

  test.each(['Stop by our store', 'Reply YES to join', 'Text us anytime', 'Our office will stop by'])(
    'nothing says how to opt out: %s',
    (text) => expect(has(OPT_OUT, text)).toBe(false),
  );

  test.each([
    'up to 4 msgs/month', 'Up to 4 messages per month', '4 msgs/mo', 'Msg freq varies', 'Message frequency may vary', 'msg frequency will vary', '1 text per week',
    'one message a day', 'weekly texts', 'recurring messages', 'max 10 alerts/wk', 'Approx. 2-4 messages per month', 'twice a week', 'no more than 3 texts a week', '3 times per month',
    'La frecuencia de mensajes varía', 'hasta 4 mensajes al mes', '1 mensaje por semana', 'mensajes recurrentes', '1 msg per order', "We'll text you every month",
  ])('how often: %s', (text) => expect(has(FREQUENCY, text)).toBe(true)); // biome-ignore format: a list

  test.each([
    'see you in 4 weeks',
    'Your 2 appointments this month',
    'We send messages',
    '$4/month plan',
    'frequent flyers',
  ])('nothing says how often: %s', (text) => expect(has(FREQUENCY, text)).toBe(false));

  test.each([
    'Msg & data rates may apply', 'Msg&Data rates may apply', 'Message and data rates may apply.', 'msg/data rates', 'Std rates apply', 'Standard messaging rates apply',
    'Carrier charges may apply', 'Msg + data rates', 'Pueden aplicar tarifas de mensajes y datos', 'Se aplican tarifas', 'data rates may apply', 'text message fees may apply',
  ])('rates: %s', (text) => expect(has(RATES, text)).toBe(true)); // biome-ignore format: a list

  test.each(['Our rates are low', 'Rates from $99', 'apply now', 'your data is safe'])('no rates: %s', (text) =>
    expect(has(RATES, text)).toBe(false),
  );
});

test('whole messages', () => {
  const complete =
    "Welcome to Acme Rewards! You'll get weekly deals by text. Reply STOP to unsubscribe, HELP for help. Msg&Data rates may apply.";
  expect(checkFirstMessage(complete).missing).toEqual([]);
  expect(
    checkFirstMessage('Acme: recurring alerts. Msg frequency varies. STOP to end. Msg & data rates may apply.').missing,
  ).toEqual([]);
  expect(checkFirstMessage('hey you up?').missing).toEqual([NAME, TYPES, OPT_OUT, FREQUENCY, RATES]);
  expect(checkFirstMessage('').missing).toHaveLength(5);
  expect(
    checkFirstMessage(
      'Hola, somos Clínica Sol. Enviaremos recordatorios de citas, hasta 2 mensajes al mes. Responda ALTO para cancelar. Pueden aplicar tarifas de mensajes y datos.',
    ).missing,
  ).toEqual([]);
});

test('a hostile text costs no more than its length', () => {
  for (const part of ['reply ', 'up to 4 ', 'msg ', 'this is ', 'to opt out ', 'a', '- ', 'texts about ']) {
    const start = process.cpuUsage();
    checkFirstMessage(part.repeat(20_000), { businessName: 'a b c d e f g' });
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(200);
  }
});
