import { type DayRange, DEFAULT_DAYS, dayCount, MAX_DAYS, readDayRange } from '../../domain/statistics/day-range.ts';
import { builder } from '../builder.ts';

/** Each statistic is a field that a file of its own adds. What they share is the range. */
export const Statistics = builder.objectRef<DayRange>('Statistics').implement({
  description:
    'Numbers for dashboards, from counters that are written with what they count: they cost the same at ten entries and at ten million. Days are those of UTC. A statistic that is refused is null, and the others are answered.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Date', description: 'The first day that is counted.' }),
    to: t.expose('to', { type: 'Date', description: 'The last day that is counted; never later than today.' }),
  }),
});

builder.queryField('statistics', (t) =>
  t.field({
    type: Statistics,
    nullable: true,
    description: `Numbers for dashboards, by day: entries by list, status and source, requests to stop, attempts, imports. A range of at most ${MAX_DAYS} days; a longer one, or one that has not begun yet, is an error. Everybody with a role may see them: no number and no text is in them.`,
    authScopes: { may: 'statistics:see' },
    args: {
      from: t.arg({
        type: 'Date',
        description: `The first day, in UTC; by default ${DEFAULT_DAYS} days are counted, \`to\` among them.`,
      }),
      to: t.arg({ type: 'Date', description: 'The last day, in UTC; by default today. Days to come are left out.' }),
    },
    // Lists count ten rows each (complexity.ts), and a list of days has as many as were asked for.
    complexity: ({ from, to }) => ({ field: 1, multiplier: Math.ceil(daysAsked(from, to) / 20) }),
    resolve: (_root, { from, to }, { services }) => readDayRange(services.database.read, { from, to }),
  }),
);

function daysAsked(from: string | null | undefined, to: string | null | undefined): number {
  if (!from) return DEFAULT_DAYS;
  return Math.min(Math.max(dayCount(from, to ?? new Date().toISOString().slice(0, 10)), 1), MAX_DAYS);
}
