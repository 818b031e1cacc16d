import { expect, test } from 'vitest';
import { deadlineBounds, deadlineStateOf, spanOf } from '../../src/domain/deadlines/deadline-bounds.ts';
import { isBusinessDay } from '../../src/domain/messages/federal-holidays.ts';
import { optOutDeadline } from '../../src/domain/messages/opt-out-deadline.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** New York's day of an instant, by a way of its own. */
const dayIn = (at: Date) => at.toLocaleDateString('en-CA', { timeZone: 'America/New_York' });

/** The state by its definition, request by request. */
function defined(requestedAt: Date, now: Date): string {
  const { dueOn, overdueFrom } = optOutDeadline(requestedAt);
  if (overdueFrom <= now) return 'OVERDUE';
  let left = 0;
  for (let day = Date.parse(dayIn(now)) + DAY; day <= Date.parse(dueOn); day += DAY)
    if (isBusinessDay(new Date(day).toISOString().slice(0, 10))) left += 1;
  return left <= 3 ? 'DUE_SOON' : 'WAITING';
}

test.each([
  ['an ordinary day', '2026-08-19T15:00:00Z'],
  ['a Saturday', '2026-08-22T15:00:00Z'],
  ['just before midnight in New York', '2026-08-20T03:59:59.999Z'],
  ['midnight in New York', '2026-08-20T04:00:00Z'],
  ['Thanksgiving, 26 November 2026', '2026-11-26T15:00:00Z'],
  ['between Christmas and New Year', '2027-12-28T15:00:00Z'],
  ['the night in which the clocks go forward', '2026-03-08T08:00:00Z'],
  ['the day after the clocks went back', '2026-11-02T05:30:00Z'],
])('each state is a span of requestedAt: %s', (_, text) => {
  const now = new Date(text);
  const bounds = deadlineBounds(now);
  const seen = new Set<string>();
  for (let at = now.getTime() - 35 * DAY; at <= now.getTime(); at += 3 * HOUR) {
    const requestedAt = new Date(at);
    const state = deadlineStateOf(requestedAt, bounds);
    seen.add(state);
    expect([requestedAt, state]).toEqual([requestedAt, defined(requestedAt, now)]);
    const { from, to } = spanOf(state, bounds);
    expect((!from || requestedAt >= from) && (!to || requestedAt < to)).toBe(true);
  }
  expect(seen.size).toBe(3);
  // To the millisecond, on either side.
  for (const bound of [bounds.overdueBefore, bounds.dueSoonBefore])
    for (const requestedAt of [new Date(bound.getTime() - 1), bound])
      expect(deadlineStateOf(requestedAt, bounds)).toBe(defined(requestedAt, now));
});

test('a holiday gives a day more: asked on the eve of Thanksgiving, overdue from 11 December', () => {
  const asked = new Date('2026-11-25T15:00:00Z');
  const stateAt = (now: string) => deadlineStateOf(asked, deadlineBounds(new Date(now)));
  expect(stateAt('2026-12-04T15:00:00Z')).toBe('WAITING');
  expect(stateAt('2026-12-07T15:00:00Z')).toBe('DUE_SOON');
  expect(stateAt('2026-12-11T04:59:59.999Z')).toBe('DUE_SOON');
  expect(stateAt('2026-12-11T05:00:00Z')).toBe('OVERDUE');
});
