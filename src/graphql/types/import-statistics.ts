import {
  type ImportDay as ImportDayShape,
  type ImportStatistics as ImportStatisticsShape,
  type ImportVolume,
  importStatistics,
} from '../../domain/statistics/import-statistics.ts';
import { builder } from '../builder.ts';
import { Statistics } from './statistics.ts';

const descriptions: Readonly<Record<keyof ImportVolume, string>> = {
  importCount: 'How many imports ended.',
  rowCount: 'Rows of their files.',
  addedCount: 'Numbers that were put on a list.',
  raisedCount: 'Numbers whose entry was made stricter.',
  alreadyListedCount: 'Numbers that were listed at least as strictly.',
  duplicateCount: 'Rows with the number of another row of their file.',
  invalidCount: 'Rows that could not be taken.',
  liftedCount: 'Entries that imports with REPLACE lifted, because the file lacked their number.',
};
const names = Object.keys(descriptions) as (keyof ImportVolume)[];

const ImportDay = builder.objectRef<ImportDayShape>('ImportDay').implement({
  description: 'What the imports did that ended on a day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day, in UTC.' }),
    ...Object.fromEntries(
      names.map((name) => [name, t.expose(name, { type: 'Count', description: descriptions[name] })]),
    ),
  }),
});

const ImportStatistics = builder.objectRef<ImportStatisticsShape>('ImportStatistics').implement({
  description: 'What imports did in a range, and on each of its days.',
  fields: (t) => ({
    ...Object.fromEntries(
      names.map((name) => [name, t.expose(name, { type: 'Count', description: descriptions[name] })]),
    ),
    days: t.field({
      type: [ImportDay],
      description: 'One point for each day of the range, oldest first.',
      resolve: (statistics) => statistics.days(),
    }),
  }),
});

builder.objectField(Statistics, 'imports', (t) =>
  t.field({
    type: ImportStatistics,
    nullable: true,
    description:
      'How much was imported, by the day on which the import ended. Failed and cancelled imports count for what they did; dry runs do not count. What was undone later is not taken off.',
    resolve: (range, _args, { viewer, services }) => importStatistics(services.database.read, viewer, range),
  }),
);
