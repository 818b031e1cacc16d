import { describe, expect, test } from 'vitest';
import { federalHolidays, isBusinessDay } from '../../src/domain/messages/federal-holidays.ts';
import { optOutDeadline } from '../../src/domain/messages/opt-out-deadline.ts';

describe('federal holidays as OPM publishes them: the days that are free', () => {
  test.each([
    [
      2024,
      '2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11 2024-11-28 2024-12-25',
    ],
    // 20 January 2025 is also Inauguration Day, which is no holiday of its own here.
    [
      2025,
      '2025-01-01 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-25',
    ],
    // Independence Day is a Saturday.
    [
      2026,
      '2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25',
    ],
    // Juneteenth a Saturday, Independence Day a Sunday, Christmas a Saturday.
    [
      2027,
      '2027-01-01 2027-01-18 2027-02-15 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-10-11 2027-11-11 2027-11-25 2027-12-24',
    ],
    // New Year's Day a Saturday: observed in the year before. Veterans Day a Saturday.
    [
      2028,
      '2027-12-31 2028-01-17 2028-02-21 2028-05-29 2028-06-19 2028-07-04 2028-09-04 2028-10-09 2028-11-10 2028-11-23 2028-12-25',
    ],
  ] as const)('%d', (year, days) => {
    expect(federalHolidays(year).map(({ observedOn }) => observedOn)).toEqual(days.split(' '));
  });

  test('Juneteenth began in 2021; Inauguration Day (20 January 2021, a Wednesday) is a business day', () => {
    expect(federalHolidays(2020).map(({ name }) => name)).not.toContain('Juneteenth National Independence Day');
    expect(federalHolidays(2021).map(({ observedOn }) => observedOn)).toContain('2021-06-18');
    expect(isBusinessDay('2021-01-20')).toBe(true);
  });

  test("New Year's Day of 2028 makes 31 December 2027 free", () => {
    expect(isBusinessDay('2027-12-31')).toBe(false);
    expect(isBusinessDay('2026-12-31')).toBe(true);
  });
});

describe('ten business days from receipt', () => {
  const due = (receivedAt: string, options?: Parameters<typeof optOutDeadline>[1]) => {
    const { dueOn, overdueFrom } = optOutDeadline(new Date(receivedAt), options);
    return [dueOn, overdueFrom.toISOString()];
  };

  test('the day of receipt and weekends do not count', () => {
    // Monday 2 March 2026 to Monday 16 March; the clocks go forward on the 8th.
    expect(due('2026-03-02T15:00:00Z')).toEqual(['2026-03-16', '2026-03-17T04:00:00.000Z']);
    // Received on a Saturday, as if on the Friday before.
    expect(due('2026-02-28T15:00:00Z')[0]).toBe('2026-03-13');
    expect(due('2026-02-27T15:00:00Z')[0]).toBe('2026-03-13');
  });

  test('holidays push it on', () => {
    // Thanksgiving, 26 November 2026.
    expect(due('2026-11-25T15:00:00Z')[0]).toBe('2026-12-10');
    // Christmas and New Year's Day, both observed on Fridays before weekends.
    expect(due('2027-12-20T15:00:00Z')[0]).toBe('2028-01-05');
    // Independence Day observed on Friday 3 July 2026.
    expect(due('2026-06-26T15:00:00Z')[0]).toBe('2026-07-13');
  });

  test('the day is that of the time zone', () => {
    // Monday 02:30 in London is Sunday evening in New York.
    expect(due('2026-06-08T02:30:00Z')[0]).toBe('2026-06-22');
    expect(due('2026-06-08T02:30:00Z', { timeZone: 'Europe/London' })).toEqual([
      '2026-06-23',
      '2026-06-23T23:00:00.000Z',
    ]);
    expect(due('2026-06-08T02:30:00Z', { timeZone: 'Pacific/Kiritimati' })).toEqual([
      '2026-06-23',
      '2026-06-23T10:00:00.000Z',
    ]);
  });

  test('where a change of the clock skips midnight, the next day begins later', () => {
    // Chile: clocks go from 24:00 on Saturday 5 September 2026 to 01:00.
    expect(due('2026-09-04T15:00:00Z', { timeZone: 'America/Santiago', businessDays: 0 })).toEqual([
      '2026-09-04',
      '2026-09-05T04:00:00.000Z',
    ]);
    expect(due('2026-09-05T15:00:00Z', { timeZone: 'America/Santiago', businessDays: 0 })).toEqual([
      '2026-09-05',
      '2026-09-06T04:00:00.000Z',
    ]);
  });

  test('on the day of a change of the clock, midnight is that of the old offset', () => {
    // New Zealand: from +13 to +12 at three in the morning of Sunday 5 April 2026.
    expect(due('2026-04-03T22:00:00Z', { timeZone: 'Pacific/Auckland', businessDays: 0 })).toEqual([
      '2026-04-04',
      '2026-04-04T11:00:00.000Z',
    ]);
    // And from +12 to +13 at two in the morning of Sunday 27 September 2026.
    expect(due('2026-09-25T22:00:00Z', { timeZone: 'Pacific/Auckland', businessDays: 0 })).toEqual([
      '2026-09-26',
      '2026-09-26T12:00:00.000Z',
    ]);
  });

  test('an unknown time zone is an error, not New York', () => {
    expect(() => optOutDeadline(new Date(), { timeZone: 'Mars/Olympus' })).toThrow(RangeError);
  });
});
