import { expect, test } from 'vitest';
import { readsLikeStop } from '../../src/domain/dispositions/reads-like-stop.ts';

test.each([
  'DNC',
  'D.N.C.',
  'dnc - requested',
  'Do Not Call',
  'do-not-call',
  "Don't call again",
  'DNT',
  'Opted out',
  'Opt-Out',
  'Remove from list',
  'Removed',
  'STOP',
  'Stop calling',
  'Unsubscribed',
  'Take off list',
  'Cease and desist',
  'Consent revoked',
  'No llamar',
  'No más llamadas',
])('%s reads like a request to stop', (name) => {
  expect(readsLikeStop(name)).toBe(true);
});

test.each([
  'No contact',
  'No answer',
  'Not interested',
  'Voicemail',
  'Sold',
  'Call back',
  'Stop by office',
  'Not DNC',
  'Appointment cancelled',
  'Wrong number',
  'Left message',
  'Hung up',
  'No call back number',
  'End of call',
  'Llamar más tarde',
])('%s does not', (name) => {
  expect(readsLikeStop(name)).toBe(false);
});
