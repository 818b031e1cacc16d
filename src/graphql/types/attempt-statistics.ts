import {
  type AttemptCounts,
  type AttemptSeries as AttemptSeriesShape,
  attemptStatistics,
} from '../../domain/statistics/attempt-statistics.ts';
import { builder } from '../builder.ts';
import { isSelected } from '../is-selected.ts';
import { Campaign } from './campaign.ts';
import { ChannelEnum, DirectionEnum, List } from './list.ts';
import { Statistics } from './statistics.ts';

const AttemptGroup = builder.enumType('AttemptGroup', {
  description: 'What attempts are told apart by in statistics.',
  values: {
    LIST: {
      description:
        'The list that blocked them: only blocked attempts then, and one that two lists blocked counts for both.',
    },
    CAMPAIGN: { description: 'The campaign that they were made for.' },
    CHANNEL: { description: 'Calls or texts.' },
    DIRECTION: { description: 'Who contacted whom.' },
  },
});

const AttemptDay = builder.objectRef<AttemptCounts & { day: string }>('AttemptDay').implement({
  description: 'How many attempts the gate decided on a day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day, in UTC.' }),
    allowedCount: t.expose('allowedCount', { type: 'Count', description: 'How many were allowed.' }),
    blockedCount: t.expose('blockedCount', { type: 'Count', description: 'How many were blocked.' }),
  }),
});

const AttemptSeries = builder.objectRef<AttemptSeriesShape>('AttemptSeries').implement({
  description: 'Attempts with something in common, and how many there were on each day.',
  fields: (t) => ({
    list: t.field({
      type: List,
      nullable: true,
      description: 'The list that blocked them. Null unless grouped by LIST.',
      resolve: ({ listId }, _args, { loaders }) => (listId === null ? null : loaders.list.load(listId)),
    }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description:
        'The campaign that they were made for. Null when it was none or an unknown one, and unless grouped by CAMPAIGN.',
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    channel: t.expose('channel', {
      type: ChannelEnum,
      nullable: true,
      description: 'Calls or texts. Null unless grouped by CHANNEL.',
    }),
    direction: t.expose('direction', {
      type: DirectionEnum,
      nullable: true,
      description: 'Who contacted whom. Null unless grouped by DIRECTION.',
    }),
    allowedCount: t.expose('allowedCount', { type: 'Count', description: 'How many were allowed in the range.' }),
    blockedCount: t.expose('blockedCount', { type: 'Count', description: 'How many were blocked in the range.' }),
    days: t.field({
      type: [AttemptDay],
      description:
        'One point for each day of the range, oldest first. All series of the field together have at most 20,000 points; more are an error. The series without their days cost less.',
      resolve: (series) => series.days(),
    }),
  }),
});

builder.objectField(Statistics, 'attempts', (t) =>
  t.field({
    type: [AttemptSeries],
    nullable: true,
    description:
      'How many contacts `authorizeContact` was asked about, and how many of them it blocked; it may trail by a second. One series for all without `groupBy`; with it one for each combination that has had an attempt.',
    args: { groupBy: t.arg({ type: [AttemptGroup], description: 'What the series are told apart by.' }) },
    resolve: (range, { groupBy }, { viewer, services }, info) =>
      attemptStatistics(services.database.read, viewer, range, { groupBy, byDay: isSelected(info, 'days') }),
  }),
);
