import { type ReceivedMessage, receiveFromCaller } from '../../domain/messages/receive-message.ts';
import { readReceivedAt, UNREADABLE } from '../../domain/messages/received-at.ts';
import { builder } from '../builder.ts';
import { Entry } from './entry.ts';
import { List } from './list.ts';
import { Message, MessageEffect } from './message.ts';
import { ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { NumberProblem } from './number-problem.ts';
import { type Answer, Payload } from './payload.ts';
import { Understanding } from './understand-message.ts';
import { answering } from './user-error.ts';
import { shownVerdict, Verdict } from './verdict.ts';

const ReceiveMessageInput = builder.inputType('ReceiveMessageInput', {
  description: 'An inbound text, as the carrier gave it to you.',
  fields: (t) => ({
    from: t.string({
      required: true,
      description:
        "The sender's number. One that cannot be read is kept, listed and matched as it came: an opt-out is never refused over its format.",
    }),
    to: t.string({
      required: true,
      description: 'The number of your business that it was sent to; "" when the carrier does not say.',
    }),
    body: t.string({
      required: true,
      description:
        'The text. More than 10,000 characters are taken too, and their beginning is what is read and kept (see `isTextCut`).',
    }),
    externalId: t.string({
      required: true,
      description:
        "The carrier's own id of the message; one of more than 200 characters is known by its digest. It makes a retry safe: the same message through the same key is done once, and answered the same.",
    }),
    receivedAt: t.string({
      description:
        'When the carrier received it, as the carrier writes it: ISO 8601 with its offset, RFC 2822 ("Thu, 26 Nov 2026 08:00:00 +0000"), or seconds or milliseconds since 1970. By default now, which is also the latest that it counts as; what cannot be read counts as now too (see `isTimeUnread`). By this time the latest word of a contact is found.',
    }),
    campaign: t.string({
      description:
        'The key of the campaign that it answers: its phrases count too, and it is kept with the entries. An unknown one changes nothing (see `isCampaignUnknown`).',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
  }),
});

type Reply = NonNullable<ReceivedMessage['reply']>;

const MessageReply = builder.objectRef<Reply>('MessageReply').implement({
  description: 'What to answer the contact: send it from the number that they wrote to.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The text, word for word.' }),
    grant: t.string({
      nullable: true,
      description:
        'Of the confirmation of an opt-out: pass it to authorizeContact, and this one message passes in spite of all that blocks texts, once. Null for other replies, which pass like any text.',
      resolve: ({ grant }) => grant?.token ?? null,
    }),
    grantExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the grant ends: five minutes after the message was taken.',
      resolve: ({ grant }) => grant?.expiresAt ?? null,
    }),
  }),
});

type Received = ReceivedMessage & { readonly isTimeUnread: boolean };

const ReceiveMessagePayload = builder.objectRef<Answer<Received>>('ReceiveMessagePayload').implement({
  interfaces: [Payload],
  description: 'The answer to receiveMessage. Everything but lists and flags is null when nothing was done.',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      nullable: true,
      description: 'The message as it is kept.',
      resolve: async (query, { outcome }, _args, { viewer, services }) =>
        outcome &&
        services.database.prisma.message.findUnique({
          ...query,
          where: {
            environmentId_id: { environmentId: viewer.environmentId, id: BigInt(outcome.messageId) },
          },
        }),
    }),
    understood: t.field({
      type: Understanding,
      nullable: true,
      description: 'What it means, and which of its words say so.',
      resolve: ({ outcome }) => outcome?.understood ?? null,
    }),
    effect: t.field({
      type: MessageEffect,
      nullable: true,
      description: 'What it did.',
      resolve: ({ outcome }) => outcome?.effect ?? null,
    }),
    entries: t.prismaField({
      type: [Entry],
      description:
        'Of an opt-out the entries that stand for it, on DNT and DNC, those that were there before too; of an opt-in the entries that it lifted, empty when the message is a repeated one.',
      resolve: (query, { outcome }, _args, { viewer, services }) =>
        services.database.prisma.entry.findMany({
          ...query,
          where: {
            environmentId: viewer.environmentId,
            id: { in: (outcome?.entryIds ?? []).map(BigInt) },
          },
          orderBy: { listId: 'asc' },
        }),
    }),
    stillBlockedBy: t.field({
      type: [List],
      description:
        'The lists that block texts to the sender now. While there is one after an opt-in, no reply says that they are resubscribed.',
      resolve: async ({ outcome }, _args, { loaders }) =>
        (await loaders.list.loadMany((outcome?.textsBlockedBy ?? []).map(({ id }) => id))).flatMap((list) =>
          list === null || list instanceof Error ? [] : [list],
        ),
    }),
    reply: t.field({
      type: MessageReply,
      nullable: true,
      description:
        'What to answer: to the first opt-out its confirmation, with a grant; to START that they are resubscribed; to HELP the help text. Null for nothing. A repeated opt-out gets no second confirmation.',
      resolve: ({ outcome }) => outcome?.reply ?? null,
    }),
    inbound: t.field({
      type: Verdict,
      nullable: true,
      description:
        'May the message be shown to anybody? BLOCK when its sender is on SPAM. An opt-out is done all the same.',
      resolve: ({ outcome }, _args, context) => outcome && shownVerdict(outcome.inbound, context),
    }),
    isDuplicate: t.boolean({
      description: 'It was taken before, through the same key: nothing was done, and the answer is that of then.',
      resolve: ({ outcome }) => outcome?.isDuplicate ?? false,
    }),
    isExternalIdReused: t.boolean({
      description: 'The same externalId came before with another sender or text: this is a message of its own.',
      resolve: ({ outcome }) => outcome?.isExternalIdReused ?? false,
    }),
    isKeptAsReceived: t.boolean({
      description:
        'The sender is no number that can be read. It was kept, and an opt-out listed, exactly as it came; no other spelling of it will match, so ask before each contact with the sender as your carrier writes it.',
      resolve: ({ outcome }) => outcome?.isKeptAsReceived ?? false,
    }),
    isTextCut: t.boolean({
      description: 'The text has more than 10,000 characters: its beginning was read and kept.',
      resolve: ({ outcome }) => outcome?.isCut ?? false,
    }),
    isTimeUnread: t.boolean({
      description: 'The given receivedAt cannot be read: the message counts as received now.',
      resolve: ({ outcome }) => outcome?.isTimeUnread ?? false,
    }),
    isCampaignUnknown: t.boolean({
      description: 'There is no such campaign, or it is archived: only the phrases of the environment counted.',
      resolve: ({ outcome }) => outcome?.isCampaignUnknown ?? false,
    }),
    problem: t.field({
      type: NumberProblem,
      nullable: true,
      description: 'Why the sender cannot be on a list, such as an emergency number. Null for nearly everybody.',
      resolve: ({ outcome }) => outcome?.problem ?? null,
    }),
  }),
});

builder.mutationField('receiveMessage', (t) =>
  t.field({
    type: ReceiveMessagePayload,
    nullable: true,
    description:
      "Takes an inbound text and does what it asks for: an opt-out lists its sender for the whole environment (47 CFR 64.1200(a)(10)), a START lifts the sender's own opt-outs. A message is done once per key and externalId, so it needs no idempotencyKey. ADMIN and INTEGRATOR may; carriers come in by webhook endpoints.",
    authScopes: { may: 'message:receive' },
    args: { input: t.arg({ type: ReceiveMessageInput, required: true, description: 'The message.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async (): Promise<Received> => {
        const read = readReceivedAt(input.receivedAt);
        const isTimeUnread = read === UNREADABLE;
        const message = { ...input, receivedAt: isTimeUnread ? null : read, optOutType: null };
        return { ...(await receiveFromCaller(viewer, message, services.messages)), isTimeUnread };
      }),
  }),
);
