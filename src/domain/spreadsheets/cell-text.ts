const DAY_SECONDS = 86_400;
/** 9999-12-31, where spreadsheets end. */
const LAST_DAY = 2_958_465;
/** The day 25569 is 1970-01-01. */
const DAYS_TO_1970 = 25_569;
const DAYS_TO_1904 = 1_462;
/** To a spreadsheet 1900 was a leap year. */
const FALSE_LEAP_DAY = 60;

/**
 * A number cell as a person would write it: `4.155551234E9` is 4155551234. Digits alone stay as they stand, so that none
 * is lost to the precision of numbers.
 */
export function numberText(value: string): string {
  const text = value.trim();
  if (/^-?\d+$/.test(text)) return text;
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) return text;
  return Number.isInteger(number) ? BigInt(number).toString() : String(number);
}

/**
 * A number cell that is shown as a day, in ISO 8601: `2026-03-04`, or `2026-03-04T10:30:00` when it has a time. No zone
 * is added: the file has none. Null when it is no day of a calendar.
 */
export function dateText(value: string, countsFrom1904: boolean): string | null {
  const number = Number(value) + (countsFrom1904 ? DAYS_TO_1904 : 0);
  if (value.trim() === '' || !(number >= 1 && number < LAST_DAY + 1)) return null;
  const days = number < FALSE_LEAP_DAY ? number + 1 : number;
  const seconds = Math.round(days * DAY_SECONDS);
  const iso = new Date((seconds - DAYS_TO_1970 * DAY_SECONDS) * 1_000).toISOString();
  return seconds % DAY_SECONDS === 0 ? iso.slice(0, 10) : iso.slice(0, 19);
}

/** Office writes what XML can't hold, and `_x` itself, as `_x000D_`. */
export function unescapedText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
