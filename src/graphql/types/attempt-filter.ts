import { builder } from '../builder.ts';
import { DialingModeEnum } from './attempt.ts';
import { TimeRangeInput } from './entry-filter.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { Decision } from './verdict.ts';

/** The same for pages and for the stream. */
export const AttemptFilterInput = builder.inputType('AttemptFilter', {
  description: 'Which attempts: all that is given must hold.',
  fields: (t) => ({
    decision: t.field({ type: Decision, description: 'Allowed, or blocked.' }),
    lists: t.stringList({ description: 'Blocked by one of these lists, by key; an unknown key is an error.' }),
    campaigns: t.stringList({
      description: 'For one of these campaigns, by key, archived ones too; an unknown key is an error.',
    }),
    agent: t.string({ description: 'Of exactly this agent: see `Attempt.agent`.' }),
    dialingModes: t.field({ type: [DialingModeEnum], description: 'Come about in one of these ways.' }),
    direction: t.field({ type: DirectionEnum, description: 'Outbound, or inbound.' }),
    channel: t.field({ type: ChannelEnum, description: 'Calls, or texts.' }),
    phone: t.string({ description: 'Of one whole number, as people write it.' }),
    at: t.field({ type: TimeRangeInput, description: 'Decided in this span.' }),
  }),
});
