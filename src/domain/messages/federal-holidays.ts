/** A legal public holiday of the United States: 5 U.S.C. 6103(a). */
export interface FederalHoliday {
  readonly name: string;
  /** The day that is free, `YYYY-MM-DD`: the holiday itself, or the working day beside it. */
  readonly observedOn: string;
}

type Rule =
  | { readonly name: string; readonly month: number; readonly day: number; readonly since?: number }
  /** The n-th Monday (1) or Thursday (4) of a month; the last one for 5. */
  | { readonly name: string; readonly month: number; readonly weekday: 1 | 4; readonly nth: number };

/**
 * Source: 5 U.S.C. 6103. Inauguration Day is a holiday for federal employees in Washington alone and not among them, as are
 * days that a president declares for one year.
 */
const rules: readonly Rule[] = [
  { name: "New Year's Day", month: 1, day: 1 },
  { name: 'Birthday of Martin Luther King, Jr.', month: 1, weekday: 1, nth: 3 },
  { name: "Washington's Birthday", month: 2, weekday: 1, nth: 3 },
  { name: 'Memorial Day', month: 5, weekday: 1, nth: 5 },
  { name: 'Juneteenth National Independence Day', month: 6, day: 19, since: 2021 },
  { name: 'Independence Day', month: 7, day: 4 },
  { name: 'Labor Day', month: 9, weekday: 1, nth: 1 },
  { name: 'Columbus Day', month: 10, weekday: 1, nth: 2 },
  { name: 'Veterans Day', month: 11, day: 11 },
  { name: 'Thanksgiving Day', month: 11, weekday: 4, nth: 4 },
  { name: 'Christmas Day', month: 12, day: 25 },
];

/** The holidays of a year as OPM lists them: New Year's Day may be observed on 31 December of the year before. */
export function federalHolidays(year: number): FederalHoliday[] {
  return rules
    .filter((rule) => !('since' in rule) || year >= rule.since!)
    .map((rule) => ({ name: rule.name, observedOn: isoDay(observed(dayOf(rule, year))) }));
}

function dayOf(rule: Rule, year: number): Date {
  if ('day' in rule) return utcDay(year, rule.month, rule.day);
  if (rule.nth === 5) {
    const last = utcDay(year, rule.month + 1, 0);
    return addDays(last, -((last.getUTCDay() - rule.weekday + 7) % 7));
  }
  const first = utcDay(year, rule.month, 1);
  return addDays(first, ((rule.weekday - first.getUTCDay() + 7) % 7) + (rule.nth - 1) * 7);
}

/** One that falls on a Saturday is observed on Friday, one on a Sunday on Monday (Executive Order 11582). */
function observed(day: Date): Date {
  const weekday = day.getUTCDay();
  return weekday === 6 ? addDays(day, -1) : weekday === 0 ? addDays(day, 1) : day;
}

function utcDay(year: number, month: number, day: number): Date {
  return new Date(Date.UTC(year, month - 1, day));
}

function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * 86_400_000);
}

function isoDay(day: Date): string {
  return day.toISOString().slice(0, 10);
}

/** `YYYY-MM-DD`, some days on. */
export function daysAfter(day: string, days: number): string {
  return isoDay(addDays(new Date(`${day}T00:00:00Z`), days));
}

const free = new Map<number, ReadonlySet<string>>();

function freeDays(year: number): ReadonlySet<string> {
  let days = free.get(year);
  if (!days) {
    const both = [...federalHolidays(year), ...federalHolidays(year + 1)];
    days = new Set(both.map(({ observedOn }) => observedOn).filter((day) => day.startsWith(`${year}-`)));
    free.set(year, days);
  }
  return days;
}

/** Whether a day, `YYYY-MM-DD`, is neither at a weekend nor a federal holiday. */
export function isBusinessDay(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !freeDays(Number(day.slice(0, 4))).has(day);
}
