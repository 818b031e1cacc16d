import {
  type EntryDay as EntryDayShape,
  type EntrySeries as EntrySeriesShape,
  entryStatistics,
} from '../../domain/statistics/entry-statistics.ts';
import { builder } from '../builder.ts';
import { isSelected } from '../is-selected.ts';
import { EntrySource, EntryStatus } from './entry.ts';
import { List } from './list.ts';
import { Statistics } from './statistics.ts';

const EntryGroup = builder.enumType('EntryGroup', {
  description: 'What entries are told apart by in statistics.',
  values: {
    LIST: { description: 'The list that they are on.' },
    STATUS: { description: 'How far they are reviewed.' },
    SOURCE: { description: 'How they came.' },
  },
});

const EntryDay = builder.objectRef<EntryDayShape>('EntryDay').implement({
  description: 'How many entries were active at the end of a day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day, in UTC.' }),
    count: t.exposeInt('count', {
      description: 'How many were active at the end of the day; of today: how many are now.',
    }),
    change: t.exposeInt('change', {
      description:
        'How many more than at the beginning of the day; negative when more went than came. An entry that changed its status went from the one and came to the other.',
    }),
  }),
});

const EntrySeries = builder.objectRef<EntrySeriesShape>('EntrySeries').implement({
  description: 'Active entries with something in common, and how many there were on each day.',
  fields: (t) => ({
    list: t.field({
      type: List,
      nullable: true,
      description: 'The list that they are on. Null unless grouped by LIST.',
      resolve: ({ listId }, _args, { loaders }) => (listId === null ? null : loaders.list.load(listId)),
    }),
    status: t.expose('status', {
      type: EntryStatus,
      nullable: true,
      description: 'How far they are reviewed. Null unless grouped by STATUS.',
    }),
    source: t.expose('source', {
      type: EntrySource,
      nullable: true,
      description: 'How they came. Null unless grouped by SOURCE.',
    }),
    count: t.exposeInt('count', {
      description: 'How many are active at the end of the range: now, when the range ends today.',
    }),
    days: t.field({
      type: [EntryDay],
      description:
        'One point for each day of the range, oldest first. All series of the field together have at most 20,000 points; more are an error. The series without their days cost less. Of days before this server counted by day only entries are known that are still active.',
      resolve: (series) => series.days(),
    }),
  }),
});

builder.objectField(Statistics, 'entries', (t) =>
  t.field({
    type: [EntrySeries],
    nullable: true,
    description:
      'How many entries are active, now and day by day. One series for all without `groupBy`; with it one for each combination that has had an entry in the range, in the order of lists, statuses and sources.',
    args: { groupBy: t.arg({ type: [EntryGroup], description: 'What the series are told apart by.' }) },
    resolve: (range, { groupBy }, { viewer, services }, info) =>
      entryStatistics(services.database.read, viewer, range, { groupBy, byDay: isSelected(info, 'days') }),
  }),
);
