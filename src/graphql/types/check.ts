import { checkAt } from '../../domain/verdicts/check-past.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { shownVerdict, Verdict } from './verdict.ts';

builder.queryField('check', (t) =>
  t.field({
    type: Verdict,
    nullable: true,
    description:
      'May this contact happen? Answered from memory; when the server cannot vouch for its answer it is BLOCK with STALE or NOT_READY, never an error. Needs the permission number:check, about the past number:check-past.',
    args: {
      phone: t.arg.string({
        description:
          "The other party's number as people write it; without a country code it is read as one of the environment's default country. Leave it out for a caller who withheld it.",
      }),
      direction: t.arg({ type: DirectionEnum, defaultValue: 'OUTBOUND', description: 'Who contacts whom.' }),
      channel: t.arg({ type: ChannelEnum, required: true, description: 'How.' }),
      atLeast: t.arg({
        type: 'ChangeCursor',
        description:
          'Answer no older than this: a server that has not got there waits at most 2 seconds, and then blocks with STALE.',
      }),
      at: t.arg({
        type: 'DateTime',
        description:
          'A moment in the past: answers from the log what held then, with the lists and settings of then. Not together with `atLeast`.',
      }),
    },
    authScopes: (_root, { at }) => ({ may: at ? 'number:check-past' : 'number:check' }),
    resolve: async (_root, { phone = null, at, atLeast, ...asked }, context) => {
      const { viewer, services } = context;
      const contact = { phone, channel: asked.channel, direction: asked.direction ?? 'OUTBOUND' };
      if (at && atLeast) throw badInput('Give at or atLeast, not both: the past does not change.');
      const answer = at
        ? await checkAt(services.database.read, viewer, { ...contact, at })
        : await services.verdicts.check(viewer, { ...contact, atLeast });
      return shownVerdict(answer, context);
    },
  }),
);
