import { describe, expect, test } from 'vitest';
import { overHttp, overSocket, overSse } from './ask.ts';
import { startToy } from './toy-server.ts';

const CONTACT = 'query ($i: Contact!) { contact(i: $i) }';
const CONTACTED = 'subscription ($i: Contact!) { contacted(i: $i) }';
const longText = `4155550101${'x'.repeat(200_000)}`;
const at = (place: string, reason: string) => `Variable "$i" got invalid value at "i.${place}"; ${reason}`;
const noString = 'String cannot represent a non string value.';

describe.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
  ['SSE', overSse],
])('over %s, errors repeat no value and say BAD_USER_INPUT', (_name, ask) => {
  const phones = [{ phone: '' }];
  const variables: [string, object, string][] = [
    ['a number', { phones: [{ phone: 4155550101 }] }, at('phones[0].phone', noString)],
    ['an object', { phones: [{ phone: { of: '4155550101' } }] }, at('phones[0].phone', noString)],
    ['a long text', { phones: [longText] }, at('phones[0]', 'Expected type "Phone" to be an object.')],
    [
      'what looks like a place',
      { phones: ['4155550101 at "i.x"; no'] },
      at('phones[0]', 'Expected type "Phone" to be an object.'),
    ],
    ['too much', { phones, age: 4155550101 }, at('age', 'Int cannot represent non 32-bit signed integer value.')],
    ['text for a number', { phones, age: '4155550101' }, at('age', 'Int cannot represent non-integer value.')],
    ['an enum', { phones, color: '4155550101" does' }, at('color', 'The value does not exist in "Color" enum.')],
    ['no enum', { phones, color: 4155550101 }, at('color', 'Enum "Color" cannot represent non-string value.')],
    [
      'a field',
      { phones, '+14155550101': 1 },
      'Variable "$i" got invalid value; A field is not defined by type "Contact".',
    ],
    [
      'a misspelling',
      { phones, agee: 4155550101 },
      'Variable "$i" got invalid value; Field "agee" is not defined by type "Contact".',
    ],
    ['nothing', {}, 'Variable "$i" got invalid value; Field "phones" of required type "[Phone!]!" was not provided.'],
  ];
  test.each(variables)('in variables: %s', async (_what, i, message) => {
    const toy = await startToy({ env: { GRAPHIQL: 'false' } });
    for (const query of [CONTACT, CONTACTED]) {
      const answer = await ask(toy, query, { i });
      expect(answer.errors).toEqual([
        { message, locations: expect.anything(), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  test('in a variable that is missing', async () => {
    const { errors } = await ask(await startToy(), CONTACT, {});
    expect(errors?.[0]).toMatchObject({
      message: 'Variable "$i" of required type "Contact!" was not provided.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  const literals: [string, string][] = [
    ['contact(i: { phones: [{ phone: 4155550101 }] })', noString],
    ['contact(i: "4155550101")', 'Expected value of type "Contact!".'],
    ['contact(i: { phones: [null] })', 'Expected value of type "Phone!".'],
    ['color(color: BLUE_4155550101)', 'The value does not exist in "Color" enum.'],
    ['color(color: "4155550101")', 'Enum "Color" cannot represent non-enum value.'],
  ];
  test.each(literals)('in the document: %s', async (field, message) => {
    const toy = await startToy({ env: { GRAPHIQL: 'false' } });
    // Twice: validation is cached.
    for (let time = 0; time < 2; time += 1) {
      const { errors } = await ask(toy, `{ ${field} }`);
      const locations = [{ line: 1, column: expect.any(Number) }];
      expect(errors).toEqual([{ message, locations, extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('but a name that does not exist is no input', async () => {
    const { errors } = await ask(await startToy(), '{ helo }');
    expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('nor is a result that does not fit', async () => {
    const { errors } = await ask(await startToy(), '{ badResult }');
    expect(errors?.[0]).toMatchObject({ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  });

  test.each([
    ['resolver', '{ wordy }'],
    ['validation', `{ ${'x'.repeat(5_000)} }`],
    ['parser', `{ hello "${'x'.repeat(5_000)}" }`],
  ])('and are at most 1,000 characters long: %s', async (_what, query) => {
    const { errors } = await ask(await startToy(), query);
    expect(errors?.[0]?.message).toHaveLength(1_000);
  });
});
