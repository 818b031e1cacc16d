import { checkAt } from '../../domain/verdicts/check-past.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { assertLength } from './check-first-message.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { shownVerdict, Verdict } from './verdict.ts';

export const CAMPAIGN =
  'The key of the campaign that makes the contact: custom lists that are attached to other campaigns do not count. An unknown or archived one refuses nothing: every list counts, as without a campaign, and the answer warns.';

export const MESSAGE_TYPE =
  'What the text is about, for an outbound SMS alone: whether the consent on file suffices for it. What follows when it does not is the setting consentEnforcement.';

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
      campaign: t.arg.string({ description: CAMPAIGN }),
      messageType: t.arg({ type: MessageTypeEnum, description: MESSAGE_TYPE }),
      businessNumber: t.arg.string({
        description:
          'With messageType CONVERSATIONAL: your number that the text goes out from. Implied consent then suffices only in the thread with that number; left out, in any.',
      }),
      text: t.arg.string({
        description:
          'The SMS that is to be sent, at most 10,000 characters: `firstMessage` says what it lacks if it is the first to this number. Not together with `at`.',
      }),
      atLeast: t.arg({
        type: 'ChangeCursor',
        description:
          'Answer no older than this: a server that has not got there waits at most 2 seconds, and then blocks with STALE.',
      }),
      at: t.arg({
        type: 'DateTime',
        description:
          'A moment in the past: answers from the log what held then, with the lists, campaigns, consents and settings of then. Not together with `atLeast`.',
      }),
    },
    authScopes: (_root, { at }) => ({ may: at ? 'number:check-past' : 'number:check' }),
    resolve: async (_root, { phone = null, at, atLeast, text, direction, ...asked }, context) => {
      const { viewer, services } = context;
      const contact = { ...asked, phone, direction: direction ?? 'OUTBOUND' };
      if (at && atLeast) throw badInput('Give at or atLeast, not both: the past does not change.');
      if (at && text != null) throw badInput('Give at or text, not both: nothing is sent in the past.');
      if (text != null) assertLength(text);
      const answer = at
        ? await checkAt(services.database.read, viewer, { ...contact, at })
        : await services.verdicts.check(viewer, { ...contact, atLeast });
      return shownVerdict(answer, context, text == null ? null : { text });
    },
  }),
);
