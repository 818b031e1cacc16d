import { findCampaign } from '../../domain/campaigns/find-campaign.ts';
import { understandIn } from '../../domain/messages/understand-inbound.ts';
import type { DecidingWords, MessageUnderstanding } from '../../domain/messages/understand-message.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { ChannelEnum } from './list.ts';

/** As long as a text that a carrier puts together may be, and more. */
export const LONGEST_MESSAGE = 10_000;

export const MessageMeaning = builder.enumType('MessageMeaning', {
  description: 'What a message asks for.',
  values: {
    OPT_OUT: { description: 'To be contacted no more. A message with both an opt-out and an opt-in is an opt-out.' },
    OPT_IN: { description: 'To be texted again: START, UNSTOP or YES as the whole message.' },
    HELP: { description: 'HELP or INFO.' },
    NONE: { description: 'None of these.' },
  },
});

export const MessageCertainty = builder.enumType('MessageCertainty', {
  description: 'How certain an understanding is.',
  values: {
    HIGH: { description: 'Clear: acts like STOP.' },
    MEDIUM: { description: 'Likely: to be listed for review, which blocks meanwhile.' },
  },
});

const MessageWords = builder.objectRef<DecidingWords>('MessageWords').implement({
  description: 'Words of a message, as they stand in it.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The words.' }),
    start: t.exposeInt('start', {
      description: 'Where they begin, in UTF-16 units from the beginning of the message.',
    }),
    end: t.exposeInt('end', { description: 'Where they end, exclusive.' }),
  }),
});

export const Understanding = builder.objectRef<MessageUnderstanding>('MessageUnderstanding').implement({
  description: 'What a message means, and which of its words say so.',
  fields: (t) => ({
    meaning: t.field({ type: MessageMeaning, description: 'What it asks for.', resolve: ({ meaning }) => meaning }),
    isKeyword: t.boolean({
      description: 'Whether the whole message is a keyword; otherwise a sentence says it.',
      resolve: ({ via }) => via === 'KEYWORD',
    }),
    certainty: t.field({
      type: MessageCertainty,
      nullable: true,
      description: 'How certain that is; null for NONE.',
      resolve: ({ certainty }) => certainty,
    }),
    channels: t.field({
      type: [ChannelEnum],
      description: 'What an opt-out speaks of; empty when it names neither calls nor texts.',
      resolve: ({ channels }) => [...channels],
    }),
    decidedBy: t.field({
      type: [MessageWords],
      description: 'The words that decided.',
      resolve: ({ decidedBy }) => [...decidedBy],
    }),
    rule: t.exposeString('rule', {
      nullable: true,
      description: 'The rule that decided, for people; null for keywords.',
    }),
  }),
});

builder.queryField('understandMessage', (t) =>
  t.field({
    type: Understanding,
    nullable: true,
    description:
      'How an inbound text would be understood: keywords (47 CFR 64.1200(a)(10), the usual ones and your own) and sentences, English and Spanish, by rules without a model, and your own phrases. Changes nothing and keeps nothing.',
    authScopes: { may: 'entry:read' },
    args: {
      text: t.arg.string({ required: true, description: 'The message as it came, at most 10,000 characters.' }),
      campaign: t.arg.string({
        description: 'The key of the campaign that it answers: its phrases count too. An unknown one adds nothing.',
      }),
    },
    resolve: async (_root, { text, campaign: key }, { viewer, services }) => {
      if (text.length > LONGEST_MESSAGE)
        throw badInput(
          `A message has at most ${LONGEST_MESSAGE} characters and this one has ${text.length}: shorten it.`,
        );
      const { environmentId } = viewer;
      const settings = await services.settings(environmentId);
      const campaign = key ? await findCampaign(services.database.read, environmentId, key) : null;
      return understandIn(settings, campaign, text);
    },
  }),
);
