import type { Prisma } from '../../db/generated/client.ts';
import {
  type ConsentLevel,
  type ConsentMethod,
  type ConsentEnd as End,
  type MessageType,
  sufficesFor,
} from '../../domain/consents/consent.ts';
import type { Channel } from '../../suppression-index/block-mask.ts';
import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { Actor } from './actor.ts';
import { ConsentLevelEnum, ConsentMethodEnum, MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum } from './list.ts';
import { Message } from './message.ts';

const ConsentEnd = builder.enumType('ConsentEnd', {
  description: 'What ended a consent.',
  values: {
    REVOKED: { description: 'Staff or a system revoked it, as the person had asked.' },
    OPT_OUT: { description: 'The person opted out of texts: that ends every consent to texts that was given before.' },
  },
});

export const Consent = builder.prismaNode('Consent', {
  description:
    'That somebody agreed to be contacted: over which channel, how firmly, what for, how and when. It never unblocks: an opt-out outranks any consent. Kept for ever, ended ones too. ADMIN, COMPLIANCE, AUDITOR and INTEGRATOR see consents.',
  id: { resolve: ({ id }) => String(id), description: 'The id of this consent for `node`.' },
  nullable: true,
  findUnique: (id, { viewer }) => consentKey(viewer.can('consent:see') ? viewer.environmentId : 0, id),
  fields: (t) => ({
    phone: t.field({
      type: 'PhoneNumber',
      description: 'Whose it is. Masked without the permission number:see.',
      select: { phone: true },
      resolve: ({ phone }, _args, { viewer }) => shownNumber(viewer, phone),
    }),
    channel: t.field({
      type: ChannelEnum,
      description: 'How they may be contacted.',
      select: { channel: true },
      resolve: ({ channel }) => channel as Channel,
    }),
    level: t.field({
      type: ConsentLevelEnum,
      description: 'How firmly they agreed.',
      select: { level: true },
      resolve: ({ level }) => level as ConsentLevel,
    }),
    purpose: t.field({
      type: MessageTypeEnum,
      description: 'What for. A purpose includes those before it, as far as the level goes.',
      select: { purpose: true },
      resolve: ({ purpose }) => purpose as MessageType,
    }),
    method: t.field({
      type: ConsentMethodEnum,
      description: 'How it was given.',
      select: { method: true },
      resolve: ({ method }) => method as ConsentMethod,
    }),
    sufficesFor: t.field({
      type: [MessageTypeEnum],
      description:
        'The types of text that it is firm enough for, while it is active; an IMPLIED one only in the conversation with `businessNumber`. Empty for calls and once it has ended.',
      select: { channel: true, level: true, purpose: true, endedAt: true },
      resolve: ({ channel, level, purpose, endedAt }) =>
        channel === 'SMS' && endedAt === null ? sufficesFor(level as ConsentLevel, purpose as MessageType) : [],
    }),
    evidence: t.string({
      nullable: true,
      description:
        'The proof: which form and where, who asked on which call, or the text that they sent. Null without the permission evidence:see.',
      select: { evidenceId: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ evidenceId }, _args, { loaders }) =>
        evidenceId === null ? null : loaders.text.load(String(evidenceId)),
    }),
    businessNumber: t.exposeString('businessNumber', {
      nullable: true,
      description: 'The number of your business that it is for; null for all of them.',
    }),
    givenAt: t.expose('givenAt', { type: 'DateTime', description: 'When they gave it.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded here.' }),
    isActive: t.boolean({
      description: 'Whether it has not ended.',
      select: { endedAt: true },
      resolve: ({ endedAt }) => endedAt === null,
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the person took it back, or opted out; null while it is active.',
    }),
    endedBy: t.field({
      type: ConsentEnd,
      nullable: true,
      description: 'What ended it; null while it is active.',
      select: { endedBy: true },
      resolve: ({ endedBy }) => endedBy as End | null,
    }),
    createdBy: t.field({
      type: Actor,
      nullable: true,
      description: 'Who recorded it. Null without the permission evidence:see.',
      select: { createdById: true },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ createdById }, _args, { loaders }) => loaders.actor.load(createdById),
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The text that it was given by; null when it was recorded otherwise.',
      select: { messageId: true },
      resolve: ({ messageId }, _args, { loaders }) =>
        messageId === null ? null : loaders.message.load(String(messageId)),
    }),
  }),
});

/** '0' for anything that isn't the id of a consent: there is none with that id. */
export function consentKey(environmentId: number, id: string): Prisma.ConsentWhereUniqueInput {
  return { environmentId_id: { environmentId, id: /^\d{1,18}$/.test(id) ? BigInt(id) : 0n } };
}
