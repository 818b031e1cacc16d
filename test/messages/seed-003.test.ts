import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { blocked, listed, minute, nextPhone, OURS, text } from './message-story.ts';

/** The page "SMS Opt-In and Opt-Out" row by row. Its consent table is proven in test/consents, its first message in messages-api. */
const UNSUBSCRIBED = 'You have been unsubscribed. Reply START to resubscribe.';
const RESUBSCRIBED = 'You have been resubscribed to messages from Dr. Smith’s office. Reply STOP to unsubscribe.';
const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let world: World;
let carrier: Client;
let staff: Client;

beforeAll(async () => {
  world = await newEnvironment(await startQuietline());
  [carrier, staff] = [await world.as('INTEGRATOR'), await world.as('COMPLIANCE')];
  const named = 'mutation { updateSettings(input: { businessName: "Dr. Smith’s office" }) { userErrors { code } } }';
  await staff.expectOk(named);
});

const REMOVE = /* GraphQL */ `
  mutation ($id: ID!) {
    removeEntries(input: { entries: { ids: [$id] }, reason: "A mistake", evidence: "A letter" }) {
      results { outcome refusal { code } }
      userErrors { code }
    }
  }
`;
const CONSENTS = /* GraphQL */ `
  query ($phone: String) { consents(phone: $phone) { nodes { level method purpose businessNumber } } }
`;

describe('opt-out keywords', () => {
  test.each(['STOP', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'])(
    '%s: confirmed, opted out, and blocked across the whole account',
    async (keyword) => {
      const phone = nextPhone();
      const stop = await text(carrier, phone, keyword);
      expect(stop.reply.text).toBe(UNSUBSCRIBED);
      expect(listed(stop)).toBe('DNC APPROVED, DNT APPROVED');
      // Whatever number of ours would text them: a check doesn't ask.
      expect(await blocked(carrier, phone)).toBe(OUT);
      // "One more message" gets no leave: a second STOP brings no second grant.
      expect((await text(carrier, phone, keyword, { to: '+14155550199' })).reply).toBeNull();
    },
  );

  test('nobody overrides an opt-out, or takes the flag off, but the customer', async () => {
    const phone = nextPhone();
    const { entries } = await text(carrier, phone, 'STOP');
    for (const role of ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'] as const) {
      const { removeEntries } = await (await world.as(role)).expectOk(REMOVE, { id: entries[1].id });
      expect(removeEntries.results[0]).toMatchObject({
        outcome: 'REFUSED',
        refusal: { code: 'END_USER_OPTED_OUT' },
      });
    }
    expect(await blocked(carrier, phone)).toBe(OUT);
  });
});

describe('re-subscribe keywords', () => {
  test.each(['START', 'UNSTOP', 'YES'])('%s: flag off, confirmed, messaging enabled again', async (keyword) => {
    const phone = nextPhone();
    await text(carrier, phone, 'STOP', { receivedAt: minute(1) });
    const start = await text(carrier, phone, keyword, { receivedAt: minute(2) });
    expect(listed(start)).toBe('DNC LIFTED, DNT LIFTED');
    expect(start).toMatchObject({ effect: 'LIFTED', reply: { text: RESUBSCRIBED, grant: null } });
    expect(await blocked(carrier, phone)).toBe('');
  });
});

test('the opt-out list shows the number, the date, and the number they opted out from', async () => {
  const phone = nextPhone();
  await text(carrier, phone, 'STOP', { receivedAt: minute(30), to: '+14155550142' });
  const { optOuts } = await staff.expectOk(
    '{ optOuts(filterBy: { businessNumber: "+14155550142" }) { nodes { phone optedOutAt businessNumber } } }',
  );
  expect(optOuts.nodes).toEqual([{ phone, optedOutAt: minute(30), businessNumber: '+14155550142' }]);
});

test('a customer who texts first gives implied consent, for that thread', async () => {
  const phone = nextPhone();
  await text(carrier, phone, 'Do you have an appointment on Friday?');
  await text(carrier, phone, 'Or on Monday?');
  const { consents } = await staff.expectOk(CONSENTS, { phone });
  expect(consents.nodes).toEqual([
    { level: 'IMPLIED', method: 'INBOUND_TEXT', purpose: 'CONVERSATIONAL', businessNumber: OURS },
  ]);
});
