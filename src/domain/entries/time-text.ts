/** ISO 8601 with a zone, or a date alone (midnight UTC). Nothing else is guessed: 03/04/2026 is two dates. */
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;

/** Years that databases, spreadsheets and people all mean the same by. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** The instant that a text names, or null when it can't be read. */
export function readTime(text: string): Date | null {
  const trimmed = text.trim();
  if (!ISO.test(trimmed)) return null;
  const time = new Date(trimmed.replace(' ', 'T'));
  const ms = time.getTime();
  if (!(ms >= EARLIEST && ms < LATEST)) return null;
  // 2026-02-30 would silently become 2 March.
  const [year, month, day] = trimmed.split(/[-T ]/i).map(Number);
  const named = new Date(Date.UTC(year!, month! - 1, day!));
  return named.getUTCMonth() === month! - 1 && named.getUTCDate() === day ? time : null;
}

/** Like `readTime`, but a date alone is no instant: whether it means its start or its end is for the field to say. */
export function readInstant(text: string): Date | null {
  return DATE_ALONE.test(text.trim()) ? null : readTime(text);
}

/** The day that a text names, `YYYY-MM-DD`, or null when it can't be read. */
export function readDay(text: string): string | null {
  const day = text.trim();
  return DATE_ALONE.test(day) && readTime(day) ? day : null;
}

/**
 * When an entry ends. A date alone means its last moment, wherever on earth (UTC-12): an entry must not be lifted on the
 * evening before in the west.
 */
export function readExpiryTime(text: string): Date | null {
  const time = readTime(text);
  return time && DATE_ALONE.test(text.trim()) ? new Date(time.getTime() + 36 * 3_600_000) : time;
}

const DATE_ALONE = /^\d{4}-\d{2}-\d{2}$/;
