import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { graphql } from '../support/gql/index.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const UNDERSTAND = graphql(`
  query Understand($text: String!) {
    understandMessage(text: $text) {
      meaning
      isKeyword
      certainty
      channels
      decidedBy {
        text
        start
      }
    }
  }
`);
const FIRST = graphql(`
  query First($text: String!) {
    checkFirstMessage(text: $text) {
      missing
    }
  }
`);

/** Seed 003, word for word. */
const SEED =
  "Hi Sarah, this is Dr. Smith's office. We'll send appointment reminders and follow-ups to this number. Reply STOP to opt out. Msg & data rates may apply.";

let staff: Client;
let admin: Client;
beforeAll(async () => {
  const world = await newEnvironment(await startQuietline());
  [staff, admin] = [await world.as('AGENT'), await world.as('ADMIN')];
});

test('R4.2: understandMessage tells what a text means and which words say so', async () => {
  const keyword = await staff.expectOk(UNDERSTAND, { text: 'Stop please 🙏' });
  expect(keyword.understandMessage).toMatchObject({ meaning: 'OPT_OUT', isKeyword: true, certainty: 'HIGH' });
  const sentence = await staff.expectOk(UNDERSTAND, { text: 'Hey, please quit texting me' });
  expect(sentence.understandMessage).toMatchObject({
    meaning: 'OPT_OUT',
    isKeyword: false,
    channels: ['SMS'],
    decidedBy: [{ text: 'quit texting me', start: 12 }],
  });
  const harmless = await staff.expectOk(UNDERSTAND, { text: 'cancel my appointment' });
  expect(harmless.understandMessage).toMatchObject({ meaning: 'NONE', certainty: null, decidedBy: [] });
});

test('seed 003: the example of a first message lacks exactly the frequency, with the name of the settings or without one', async () => {
  const { checkFirstMessage } = await staff.expectOk(FIRST, { text: SEED });
  expect(checkFirstMessage).toEqual({ missing: ['FREQUENCY'] });
  await admin.expectOk(
    graphql(`
      mutation Name($input: UpdateSettingsInput!) {
        updateSettings(input: $input) {
          userErrors {
            message
          }
        }
      }
    `),
    { input: { businessName: 'Acme Roofing' } },
  );
  const named = await staff.expectOk(FIRST, { text: SEED });
  expect(named.checkFirstMessage!.missing).toEqual(['BUSINESS_NAME', 'FREQUENCY']);
});

test('a text that is too long is refused, and says how long it may be', async () => {
  const { errors } = await staff.expectError('BAD_USER_INPUT', UNDERSTAND, { text: 'x'.repeat(10_001) });
  expect(errors[0]!.message).toContain('at most 10000 characters');
});
