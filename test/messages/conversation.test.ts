import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { blocked, listed, minute, nextPhone, OURS, text } from './message-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';
const UNSUBSCRIBED = 'You have been unsubscribed. Reply START to resubscribe.';

let world: World;
let admin: Client;
beforeAll(async () => {
  world = await newEnvironment(await startQuietline());
  admin = await world.as('ADMIN');
});

test('a conversation, message by message (seed 003, R4.1 - R4.5)', async () => {
  const phone = nextPhone();
  const hello = await text(admin, phone, 'Hi, is my order ready?', { receivedAt: minute(1) });
  expect(hello).toMatchObject({ effect: 'NONE', reply: null, entries: [], stillBlockedBy: [], notice: null });
  expect(hello.message).toMatchObject({ from: phone, to: OURS, text: null, meaning: 'NONE' });
  expect(await blocked(admin, phone)).toBe('');

  const stop = await text(admin, phone, 'Stop please 🙏', { receivedAt: minute(2) });
  expect(stop).toMatchObject({ effect: 'LISTED', isDuplicate: false, reply: { text: UNSUBSCRIBED } });
  expect(listed(stop)).toBe('DNC APPROVED, DNT APPROVED');
  expect(stop.entries[1]).toMatchObject({
    source: 'SMS_KEYWORD',
    endUserOptedOut: true,
    reason: 'Replied "Stop please"',
    evidence: 'Stop please 🙏',
    businessNumber: OURS,
    requestedAt: minute(2),
    createdBy: { kind: 'SYSTEM', actor: { type: 'SYSTEM', name: 'Quietline' } },
    message: { id: stop.message.id },
  });
  const age = Date.parse(stop.reply.grantExpiresAt) - Date.parse(stop.message.recordedAt);
  expect([typeof stop.reply.grant, age]).toEqual(['string', 300_000]);
  expect(await blocked(admin, phone)).toBe(OUT);

  const again = await text(admin, phone, 'STOP!!!', { receivedAt: minute(3) });
  expect(again).toMatchObject({ effect: 'LISTED', reply: null });
  const help = await text(admin, phone, 'help', { receivedAt: minute(4) });
  expect(help).toMatchObject({
    effect: 'NONE',
    reply: { text: 'Reply STOP to unsubscribe. Msg & data rates may apply.', grant: null },
  });

  const start = await text(admin, phone, 'START', { receivedAt: minute(5) });
  expect(listed(start)).toBe('DNC LIFTED, DNT LIFTED');
  expect(start).toMatchObject({
    effect: 'LIFTED',
    stillBlockedBy: [],
    reply: { text: 'You have been resubscribed to messages. Reply STOP to unsubscribe.', grant: null },
  });
  expect(await blocked(admin, phone)).toBe('');

  const last = await text(admin, phone, 'lose my number', { receivedAt: minute(6) });
  expect(last).toMatchObject({ effect: 'LISTED', reply: { text: UNSUBSCRIBED }, understood: { isKeyword: false } });
  expect(last.entries.map(({ source }: { source: string }) => source)).toEqual(['SMS_PHRASE', 'SMS_PHRASE']);
  expect(await blocked(admin, phone)).toBe(OUT);
});
