import { daysAfter, isBusinessDay } from './federal-holidays.ts';

/** 47 CFR 64.1200(a)(10) and (d)(3): a request is honoured within a reasonable time, at most ten business days from receipt. */
const BUSINESS_DAYS = 10;
const DEFAULT_TIME_ZONE = 'America/New_York';

export interface OptOutDeadline {
  /** The last day on which the request is honoured in time, `YYYY-MM-DD` in the time zone. */
  readonly dueOn: string;
  /** The first moment that is too late: midnight after that day, in the time zone. */
  readonly overdueFrom: Date;
}

/** Until when a request must be honoured. The day of receipt doesn't count; weekends and federal holidays don't either. */
export function optOutDeadline(
  receivedAt: Date,
  { timeZone = DEFAULT_TIME_ZONE, businessDays = BUSINESS_DAYS } = {},
): OptOutDeadline {
  let dueOn = localDay(receivedAt, timeZone);
  for (let left = businessDays; left > 0; ) {
    dueOn = daysAfter(dueOn, 1);
    if (isBusinessDay(dueOn)) left -= 1;
  }
  return { dueOn, overdueFrom: startOfDay(daysAfter(dueOn, 1), timeZone) };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone that IANA doesn't know. */
function localParts(at: Date, timeZone: string): Record<string, number> {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
}

function localDay(at: Date, timeZone: string): string {
  return new Date(asIfUtc(at, timeZone)).toISOString().slice(0, 10);
}

/** The local clock's reading as if it were UTC, in ms. */
function asIfUtc(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(at, timeZone);
  return Date.UTC(year!, month! - 1, day!, hour, minute, second);
}

/** The first moment of a local day: midnight, or later where the clock skips it. */
function startOfDay(day: string, timeZone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let at = wanted;
  // Twice: the offset at the first guess may be that of the other side of a change of the clock.
  for (let round = 0; round < 2; round += 1) at = wanted - (asIfUtc(new Date(at), timeZone) - at);
  // Where midnight doesn't exist the guess lies in the day before.
  while (localDay(new Date(at), timeZone) < day) at += QUARTER_HOUR;
  return new Date(at);
}

const QUARTER_HOUR = 15 * 60_000;
