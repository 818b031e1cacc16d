import { expect, test } from 'vitest';
import { readReceivedAt, UNREADABLE } from '../../src/domain/messages/received-at.ts';

test.each([
  ['2026-11-26T08:00:00Z', '2026-11-26T08:00:00.000Z'],
  ['2026-11-26 08:00:00.5+01:00', '2026-11-26T07:00:00.500Z'],
  // Twilio's REST API: date_sent.
  ['Thu, 26 Nov 2026 08:00:00 +0000', '2026-11-26T08:00:00.000Z'],
  ['26 nov 2026 08:00 -0530', '2026-11-26T13:30:00.000Z'],
  ['Sun, 1 Feb 2026 08:00:00 GMT', '2026-02-01T08:00:00.000Z'],
  [1_764_144_000, '2025-11-26T08:00:00.000Z'],
  [1_764_144_000.25, '2025-11-26T08:00:00.250Z'],
  ['1764144000', '2025-11-26T08:00:00.000Z'],
  [' 1764144000123 ', '2025-11-26T08:00:00.123Z'],
])('%j is %s', (given, time) => {
  expect(readReceivedAt(given)).toEqual(new Date(time));
});

test.each([
  '2026-11-26 08:00:00', // Of which zone?
  '2026-11-26',
  '',
  'garbage',
  'Tue, 31 Feb 2026 08:00:00 +0000',
  'Thu, 26 Nov 2026 08:00:00',
  'Thu, 26 Nov 2026 08:00:00 EST',
  '26',
  17,
  1e300,
  Number.NaN,
  true,
  {},
])('%j is unreadable', (given) => {
  expect(readReceivedAt(given)).toBe(UNREADABLE);
});

test.each([null, undefined])('%j is no time, and no fault', (none) => {
  expect(readReceivedAt(none)).toBeNull();
});
