import { expect, test } from 'vitest';
import { helpReply, resubscribedReply, unsubscribedReply } from '../../src/domain/messages/replies.ts';
import { understandMessage } from '../../src/domain/messages/understand-message.ts';

test('R4.5: the reply to STOP, word for word', () => {
  expect(unsubscribedReply).toBe('You have been unsubscribed. Reply START to resubscribe.');
});

test('R4.5: the reply to START names the business', () => {
  expect(resubscribedReply('Acme Dental')).toBe(
    'You have been resubscribed to messages from Acme Dental. Reply STOP to unsubscribe.',
  );
  expect(resubscribedReply(' Acme\n Dental ')).toContain('from Acme Dental. Reply');
});

test.each([null, undefined, '', ' \n'])('without a name (%j) it says the rest', (name) => {
  expect(resubscribedReply(name)).toBe('You have been resubscribed to messages. Reply STOP to unsubscribe.');
});

test('HELP is answered with the own text, else with one that says who writes and how to opt out', () => {
  expect(helpReply({ businessName: 'Acme', helpText: ' Call 800-555-0100. ' })).toBe('Call 800-555-0100.');
  expect(helpReply({ businessName: 'Acme' })).toBe(
    'Acme messages. Reply STOP to unsubscribe. Msg & data rates may apply.',
  );
  expect(helpReply({})).toBe('Reply STOP to unsubscribe. Msg & data rates may apply.');
});

test('a name may be as long as it likes: the reply stays a text message', () => {
  expect(resubscribedReply('🦷'.repeat(500)).length).toBeLessThan(300);
});

test('none of them, sent back by the contact, is an opt-out or an opt-in', () => {
  for (const reply of [
    unsubscribedReply,
    resubscribedReply('Acme'),
    resubscribedReply(''),
    helpReply({ businessName: 'Acme' }),
  ]) {
    expect(understandMessage(reply).meaning).toBe('NONE');
    expect(understandMessage(`Liked “${reply}”`).meaning).toBe('NONE');
  }
});
