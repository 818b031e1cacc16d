import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { Actor } from './actor.ts';
import { Campaign } from './campaign.ts';
import { MessageCertainty, MessageMeaning } from './understand-message.ts';

export const MessageEffect = builder.enumType('MessageEffect', {
  description: 'What an inbound message did, by the rule that the latest word of a contact counts.',
  values: {
    LISTED: { description: 'An opt-out: its sender is on the lists by it, also where they were on them before.' },
    SUPERSEDED: { description: 'An opt-out that came late: a newer START is known, so it lists nothing.' },
    NOT_LISTED: {
      description: "An opt-out of a sender that can't be on a list, such as an emergency number; it is kept.",
    },
    LIFTED: {
      description:
        "An opt-in: what the sender's own opt-outs had listed, on DNT and DNC, is lifted. Nothing was where they had not opted out, or what they had asked waits for review.",
    },
    NOT_NEWER: { description: 'An opt-in that is not newer than the newest opt-out: it lifts nothing.' },
    NONE: { description: 'It asked for nothing of the kind.' },
  },
});

/** As the database keeps it: an opt-out that lists nobody has no effect there. */
function effectOf({ meaning, effect }: { meaning: string; effect: string }): typeof MessageEffect.$inferType {
  return meaning === 'OPT_OUT' && effect === 'NONE' ? 'NOT_LISTED' : (effect as typeof MessageEffect.$inferType);
}

export const Message = builder.prismaNode('Message', {
  description:
    'An inbound text that was taken, with what it did. Its words are kept of opt-outs, opt-ins and calls for help alone. Who may see entries may see it; the text and who handed it in need evidence:see.',
  id: { resolve: ({ id }) => String(id), description: 'The id of this message for `node`.' },
  nullable: true,
  findUnique: (id, { viewer }) => ({
    environmentId_id: {
      environmentId: viewer.can('entry:read') ? viewer.environmentId : 0,
      id: /^\d{1,18}$/.test(id) ? BigInt(id) : 0n,
    },
  }),
  fields: (t) => ({
    from: t.field({
      type: 'PhoneNumber',
      description: 'Who sent it, as they are listed. Masked without the permission number:see.',
      select: { phone: true },
      resolve: ({ phone }, _args, { viewer }) => shownNumber(viewer, phone),
    }),
    to: t.exposeString('businessNumber', { description: 'The number of your business that it was sent to.' }),
    text: t.string({
      nullable: true,
      description:
        'What it said, at most 10,000 characters. Null for a message that asked for nothing, and without the permission evidence:see.',
      select: { textId: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ textId }, _args, { loaders }) => (textId === null ? null : loaders.text.load(String(textId))),
    }),
    meaning: t.field({
      type: MessageMeaning,
      description: 'What it was understood to ask for.',
      select: { meaning: true },
      resolve: ({ meaning }) => meaning as typeof MessageMeaning.$inferType,
    }),
    isKeyword: t.boolean({
      description: 'Whether the whole message was a keyword; otherwise a sentence said it, or nothing did.',
      select: { via: true },
      resolve: ({ via }) => via === 'KEYWORD',
    }),
    certainty: t.field({
      type: MessageCertainty,
      nullable: true,
      description: 'How certain that is; null when it asked for nothing.',
      select: { certainty: true },
      resolve: ({ certainty }) => certainty as typeof MessageCertainty.$inferType | null,
    }),
    decidedBy: t.string({
      nullable: true,
      description: 'The words of it that decided. Null without the permission evidence:see.',
      select: { decidedBy: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ decidedBy }) => decidedBy,
    }),
    rule: t.exposeString('rule', {
      nullable: true,
      description: 'The rule that decided, for people; null for keywords of ours.',
    }),
    effect: t.field({
      type: MessageEffect,
      description: 'What it did.',
      select: { meaning: true, effect: true },
      resolve: effectOf,
    }),
    isConfirmed: t.exposeBoolean('isConfirmed', {
      description: 'Whether it is the opt-out that its sender got, or gets, the confirmation of.',
    }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign that it answers, where one was named that there is.',
      select: { campaignId: true },
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    receivedAt: t.expose('receivedAt', {
      type: 'DateTime',
      description: 'When it came in, as the carrier or your system says; never later than `recordedAt`.',
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When Quietline took it.' }),
    externalId: t.string({
      nullable: true,
      description: "The carrier's own id of it. Null without the permission number:see.",
      select: { externalId: true },
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ externalId }) => externalId,
    }),
    reportedBy: t.field({
      type: Actor,
      nullable: true,
      description:
        'The key, person or webhook endpoint that it came through. Null without the permission evidence:see.',
      select: { actorId: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ actorId }, _args, { loaders }) => loaders.actor.load(actorId),
    }),
  }),
});
