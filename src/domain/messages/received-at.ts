import { readInstant } from '../entries/time-text.ts';

/** A time was given that says nothing to us. */
export const UNREADABLE = 'UNREADABLE';

/** Seconds, or milliseconds, since 1970. Of the years in question no number is both. */
const EPOCH = /^\d{9,13}(?:\.\d{1,9})?$/;
const LAST_SECOND = Date.UTC(2200, 0, 1) / 1_000;
/** RFC 2822, as mail and Twilio's REST API write it: "Thu, 26 Nov 2026 08:00:00 +0000". */
const MAIL =
  /^(?:[a-z]{3}, *)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d{2}:\d{2}(?::\d{2})?) (?:([+-]\d{2})(\d{2})|GMT|UTC?|Z)$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * When a carrier received a message: ISO 8601 with its zone, RFC 2822, or seconds or milliseconds since 1970, as text or as
 * a number. Null where none was given. An opt-out isn't refused for its time: what can't be read is UNREADABLE, for the caller
 * to take as now (the side that blocks) and to say so.
 */
export function readReceivedAt(value: unknown): Date | null | typeof UNREADABLE {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return UNREADABLE;
  const text = String(value).trim();
  return readInstant(text) ?? readInstant(isoOfEpoch(text)) ?? readInstant(isoOfMail(text)) ?? UNREADABLE;
}

function isoOfEpoch(text: string): string {
  if (!EPOCH.test(text)) return '';
  const number = Number(text);
  return new Date(Math.trunc(number < LAST_SECOND ? number * 1_000 : number)).toISOString();
}

function isoOfMail(text: string): string {
  const [, day, month = '', year, time, hours, minutes] = MAIL.exec(text) ?? [];
  const n = MONTHS.indexOf(month.toLowerCase());
  if (n < 0) return '';
  return `${year}-${two(n + 1)}-${two(day!)}T${time}${hours ? `${hours}:${minutes}` : 'Z'}`;
}

const two = (number: string | number) => String(number).padStart(2, '0');
