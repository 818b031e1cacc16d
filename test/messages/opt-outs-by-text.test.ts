import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { blocked, listed, minute, nextPhone, text } from './message-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let admin: Client;
beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
});

const set = (by: Client, input: object) =>
  by.expectOk('mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code } } }', {
    input,
  });

describe('what goes where (R4.2, R4.4)', () => {
  test('a likely sentence waits for review, blocks meanwhile, and is not confirmed; START does not lift it', async () => {
    const phone = nextPhone();
    const likely = await text(admin, phone, 'no more thank you', { receivedAt: minute(1) });
    expect(likely).toMatchObject({ effect: 'LISTED', reply: null, understood: { certainty: 'MEDIUM' } });
    expect(listed(likely)).toBe('DNC PENDING, DNT PENDING');
    expect(likely.entries[0]).toMatchObject({ endUserOptedOut: false, source: 'SMS_PHRASE' });
    expect(await blocked(admin, phone)).toBe(OUT);
    const start = await text(admin, phone, 'START', { receivedAt: minute(2) });
    expect(start).toMatchObject({ effect: 'LIFTED', entries: [], reply: null });
    expect(start.stillBlockedBy).toEqual([{ key: 'DNC' }, { key: 'DNT' }]);
    // Clear words of the same kind raise it, and are confirmed.
    const clear = await text(admin, phone, 'take me off your list', { receivedAt: minute(3) });
    expect(listed(clear)).toBe('DNC APPROVED, DNT APPROVED');
    expect(clear.reply.grant).toEqual(expect.any(String));
  });

  test('with stopBlocksCalls off a STOP is for texts alone; a sentence that speaks of calls goes to DNC all the same', async () => {
    const own = await (await newEnvironment(server)).as('ADMIN');
    await set(own, { stopBlocksCalls: false });
    const [texts, calls] = [nextPhone(), nextPhone()];
    expect(listed(await text(own, texts, 'STOP'))).toBe('DNT APPROVED');
    expect(await blocked(own, texts)).toBe('OUTBOUND SMS');
    expect(listed(await text(own, calls, 'stop calling me'))).toBe('DNC APPROVED, DNT APPROVED');
    expect(await blocked(own, calls)).toBe(OUT);
  });

  test("an environment's own keywords and phrases, and those of the campaign", async () => {
    const own = await (await newEnvironment(server)).as('ADMIN');
    await set(own, { optOutKeywords: ['ZAPPO'], removedOptOutKeywords: ['REMOVE'], optOutPhrases: ['wrong pew'] });
    await own.expectOk(
      'mutation { createCampaign(input: { key: "spring", name: "Spring", phrases: ["too much tulips"] }) { userErrors { code } } }',
    );
    expect(await text(own, nextPhone(), 'zappo!')).toMatchObject({ effect: 'LISTED', understood: { isKeyword: true } });
    expect(await text(own, nextPhone(), 'Remove, please')).toMatchObject({ effect: 'NONE' });
    expect(await text(own, nextPhone(), 'You have the wrong pew!')).toMatchObject({ effect: 'LISTED' });
    const tulips = 'That is too much tulips';
    expect(await text(own, nextPhone(), tulips)).toMatchObject({ effect: 'NONE' });
    const spring = await text(own, nextPhone(), tulips, { campaign: 'spring' });
    expect(spring).toMatchObject({ effect: 'LISTED', isCampaignUnknown: false });
    const { node } = await own.expectOk(
      'query ($id: ID!) { node(id: $id) { ... on Entry { campaign { key } message { campaign { key } } } } }',
      { id: spring.entries[0].id },
    );
    expect(node).toEqual({ campaign: { key: 'spring' }, message: { campaign: { key: 'spring' } } });
    expect(await text(own, nextPhone(), tulips, { campaign: 'autumn' })).toMatchObject({
      effect: 'NONE',
      isCampaignUnknown: true,
    });
    const { understandMessage } = await own.expectOk('{ understandMessage(text: "zappo") { meaning } }');
    expect(understandMessage).toEqual({ meaning: 'OPT_OUT' });
  });

  test('an opt-in beside an opt-out is an opt-out (R4.3)', async () => {
    expect(await text(admin, nextPhone(), 'START STOP')).toMatchObject({ effect: 'LISTED' });
  });
});

describe('an opt-out is never refused over its format (R2.3)', () => {
  test('a sender that cannot be read is listed as it came, and lifted by the same', async () => {
    const sender = 'Shop Néw (US)';
    const stop = await text(admin, sender, 'STOP', { receivedAt: minute(1) });
    expect(stop).toMatchObject({ effect: 'LISTED', problem: null, isKeptAsReceived: true, message: { from: sender } });
    expect(stop.stillBlockedBy).toEqual([{ key: 'DNC' }, { key: 'DNT' }]);
    const start = await text(admin, sender, 'START', { receivedAt: minute(2) });
    expect(start).toMatchObject({ effect: 'LIFTED', stillBlockedBy: [] });
  });

  test('a number as people write it is listed as E.164, and what was given is kept', async () => {
    const phone = nextPhone();
    const written = `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`;
    const stop = await text(admin, written, 'STOP');
    expect(stop).toMatchObject({ isKeptAsReceived: false, entries: [{ rawInput: written }, {}] });
    expect(await blocked(admin, phone)).toBe(OUT);
  });

  test.each([
    ['+18002738255', 'CRISIS_NUMBER'],
    ['911', 'EMERGENCY_NUMBER'],
  ])('%s: the message is kept, nothing is listed, and the answer says why', async (number, code) => {
    const stop = await text(admin, number, 'STOP');
    expect(stop).toMatchObject({ effect: 'NOT_LISTED', entries: [], reply: null, problem: { code } });
    expect(stop.message).toMatchObject({ text: 'STOP', meaning: 'OPT_OUT', effect: 'NOT_LISTED' });
  });

  test('a text that no database can hold, and one that is far too long', async () => {
    const odd = await text(admin, nextPhone(), 'STOP\0 \ud800');
    expect(odd).toMatchObject({ effect: 'LISTED', message: { text: 'STOP\ufffd \ufffd' } });
    const long = await text(admin, nextPhone(), `please remove me from your list. ${'x'.repeat(20_000)}`);
    expect(long).toMatchObject({ effect: 'LISTED', isTextCut: true });
    expect(long.message.text).toHaveLength(10_000);
  });
});
