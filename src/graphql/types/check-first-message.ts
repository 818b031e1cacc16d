import type { Disclosure } from '../../domain/messages/disclosure-patterns.ts';
import {
  checkFirstMessage,
  type DisclosureFound,
  type FirstMessageCheck,
} from '../../domain/messages/first-message.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { LONGEST_MESSAGE } from './understand-message.ts';

const descriptions: Record<Disclosure, string> = {
  BUSINESS_NAME: 'Who writes: the name of the business.',
  MESSAGE_TYPES: 'What they will receive, such as "appointment reminders".',
  OPT_OUT: 'How to opt out, such as "Reply STOP to unsubscribe."',
  FREQUENCY: 'How often, such as "up to 4 msgs/month".',
  RATES: '"Msg & data rates may apply."',
};

const DisclosureEnum = builder.enumType('Disclosure', {
  description: 'What a first text to somebody must say.',
  values: Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [name, { description }]),
  ) as Record<Disclosure, { description: string }>,
});

const Found = builder.objectRef<DisclosureFound>('DisclosureFound').implement({
  description: 'One disclosure, and the words that make it.',
  fields: (t) => ({
    disclosure: t.field({ type: DisclosureEnum, description: 'Which one.', resolve: ({ disclosure }) => disclosure }),
    words: t.exposeString('words', { nullable: true, description: 'The words that make it; null when it is missing.' }),
  }),
});

export const FirstMessageCheckType = builder.objectRef<FirstMessageCheck>('FirstMessageCheck').implement({
  description: 'Which of the five disclosures a first message makes.',
  fields: (t) => ({
    found: t.field({ type: [Found], description: 'All five, in their order.', resolve: ({ found }) => [...found] }),
    missing: t.field({
      type: [DisclosureEnum],
      description: 'Those that it lacks; empty when it may be sent as it is.',
      resolve: ({ missing }) => [...missing],
    }),
  }),
});

builder.queryField('checkFirstMessage', (t) =>
  t.field({
    type: FirstMessageCheckType,
    nullable: true,
    description:
      "What a first text lacks of the disclosures that it must make: the business's name, what they will receive, how to opt out, how often, and the rates notice. The name is that of the settings, when it is set.",
    authScopes: { may: 'entry:read' },
    args: {
      text: t.arg.string({ required: true, description: 'The message that is to be sent, at most 10,000 characters.' }),
    },
    resolve: async (_root, { text }, { viewer, services }) => {
      assertLength(text);
      const { businessName } = await services.settings(viewer.environmentId);
      return checkFirstMessage(text, { businessName });
    },
  }),
);

export function assertLength(text: string): void {
  if (text.length <= LONGEST_MESSAGE) return;
  throw badInput(`A message has at most ${LONGEST_MESSAGE} characters and this one has ${text.length}: shorten it.`);
}
