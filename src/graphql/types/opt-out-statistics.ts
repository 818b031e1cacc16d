import {
  type OptOutSeries as OptOutSeriesShape,
  optOutStatistics,
} from '../../domain/statistics/opt-out-statistics.ts';
import { builder } from '../builder.ts';
import { isSelected } from '../is-selected.ts';
import { Campaign } from './campaign.ts';
import { EntrySource } from './entry.ts';
import { Statistics } from './statistics.ts';

const OptOutGroup = builder.enumType('OptOutGroup', {
  description: 'What requests to stop are told apart by in statistics.',
  values: {
    CAMPAIGN: { description: 'The campaign in which the contact asked.' },
    SOURCE: { description: 'How they asked.' },
  },
});

const OptOutDay = builder.objectRef<{ day: string; count: number }>('OptOutDay').implement({
  description: 'How many contacts asked to be left alone on a day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day on which the request was recorded, in UTC.' }),
    count: t.expose('count', { type: 'Count', description: 'How many requests.' }),
  }),
});

const OptOutSeries = builder.objectRef<OptOutSeriesShape>('OptOutSeries').implement({
  description: 'Requests to stop with something in common, and how many there were on each day.',
  fields: (t) => ({
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign in which they asked. Null when it was none, and unless grouped by CAMPAIGN.',
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    source: t.expose('source', {
      type: EntrySource,
      nullable: true,
      description: 'How they asked. Null unless grouped by SOURCE.',
    }),
    count: t.expose('count', { type: 'Count', description: 'How many requests there were in the range.' }),
    days: t.field({
      type: [OptOutDay],
      description:
        'One point for each day of the range, oldest first. All series of the field together have at most 20,000 points; more are an error. The series without their days cost less.',
      resolve: (series) => series.days(),
    }),
  }),
});

builder.objectField(Statistics, 'optOuts', (t) =>
  t.field({
    type: [OptOutSeries],
    nullable: true,
    description:
      'How many contacts asked to be left alone, by text, on a call or at a key press: each request that listed a number, once, to however many lists it came. Repetitions, imports and what staff list by hand are not among them. One series for all without `groupBy`; with it one for each combination that has had a request.',
    args: { groupBy: t.arg({ type: [OptOutGroup], description: 'What the series are told apart by.' }) },
    resolve: (range, { groupBy }, { viewer, services }, info) =>
      optOutStatistics(services.database.read, viewer, range, { groupBy, byDay: isSelected(info, 'days') }),
  }),
);
