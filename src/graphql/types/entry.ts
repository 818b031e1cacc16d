import { createdByKind } from '../../domain/entries/entry-filter.ts';
import { builder } from '../builder.ts';
import { shownNumber, shownText } from '../display.ts';
import { Actor, CreatedByKind } from './actor.ts';
import { Campaign } from './campaign.ts';
import { Message } from './message.ts';
import { Task } from './task.ts';

export const EntryStatus = builder.enumType('EntryStatus', {
  description:
    'How far an entry is reviewed. Each blocks (PENDING can be switched off for entries of staff, API and imports).',
  values: {
    PENDING: {
      description:
        'For review. Blocks already; the setting enforcePending concerns MANUAL, API and IMPORT entries alone.',
    },
    APPROVED: { description: 'Reviewed, or added by somebody who may add at once.' },
    PERMANENT: {
      description: 'Approved for ever: nobody can unapprove, remove, expire or edit it, but for its reason.',
    },
  },
});

export const EntrySource = builder.enumType('EntrySource', {
  description: 'How an entry came. Set by the server from the door it came through.',
  values: {
    MANUAL: { description: 'A person, by their token.' },
    API: { description: 'A system, by its API key.' },
    IMPORT: { description: 'A file.' },
    SMS_KEYWORD: { description: 'The contact texted a keyword such as STOP.' },
    SMS_PHRASE: { description: 'The contact asked in a sentence by text.' },
    CALL_ACTION: { description: 'An agent chose "Add to DNC" on a call.' },
    DISPOSITION: { description: "A call's outcome that is configured to add." },
    IVR: { description: 'The contact pressed an opt-out key in a phone menu.' },
    TRANSCRIPT: { description: 'The contact asked for it in a recorded conversation.' },
  },
});

const CreatedBy = builder.prismaObject('Entry', {
  variant: 'CreatedBy',
  description: 'Who added an entry.',
  fields: (t) => ({
    kind: t.field({
      type: CreatedByKind,
      description: 'USER or SYSTEM; everybody may see it.',
      select: { source: true },
      resolve: ({ source }) => createdByKind(source),
    }),
    actor: t.relation('createdBy', {
      type: Actor,
      nullable: true,
      description: 'Who it was. Null without the permission evidence:see.',
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
    }),
  }),
});

export const Entry = builder.prismaNode('Entry', {
  description:
    'One reason that one number is on one list. A number is blocked on a list while at least one of its entries there is enforced, so lifting one never lifts another.',
  id: { resolve: (entry) => String(entry.id), description: 'The id of this entry, for `node` and for mutations.' },
  nullable: true,
  findUnique: (id, { viewer }) => ({
    environmentId_id: {
      environmentId: viewer.can('entry:read') ? viewer.environmentId : 0,
      id: /^\d{1,18}$/.test(id) ? BigInt(id) : 0n,
    },
  }),
  fields: (t) => ({
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The number. Masked without the permission number:see.',
      select: { phone: true },
      resolve: ({ phone }, _args, { viewer }) => shownNumber(viewer, phone),
    }),
    rawInput: t.string({
      nullable: true,
      description: 'The number as it was given, when it was written otherwise. Null without the permission number:see.',
      select: { raw: true },
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ raw }) => raw,
    }),
    list: t.relation('list', { description: 'The list that the number is on.' }),
    status: t.field({
      type: EntryStatus,
      description: 'How far it is reviewed.',
      select: { status: true },
      resolve: ({ status }) => status,
    }),
    source: t.field({
      type: EntrySource,
      description: 'How it came.',
      select: { source: true },
      resolve: ({ source }) => source,
    }),
    createdBy: t.variant(CreatedBy, { description: 'Who added it.' }),
    isActive: t.exposeBoolean('active', {
      description: 'False after a removal or expiry. Added again, the same entry becomes active again.',
    }),
    endUserOptedOut: t.exposeBoolean('endUserOptedOut', {
      description:
        'The person asked by text themselves. On DNT only their own START lifts it; the one on DNC may be removed by COMPLIANCE or ADMIN with reason and evidence. It cannot be made permanent.',
    }),
    reason: t.string({
      nullable: true,
      description: 'Why the number is listed: a note of at most 1,000 characters.',
      select: { reason: { select: { body: true } } },
      resolve: ({ reason }, _args, { viewer }) => shownText(viewer, reason?.body),
    }),
    evidence: t.string({
      nullable: true,
      description: 'Proof of the request, as text or a link. Null without the permission evidence:see.',
      select: { evidence: { select: { body: true } } },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ evidence }) => evidence?.body ?? null,
    }),
    requestedAt: t.expose('requestedAt', {
      type: 'DateTime',
      description: 'When the person asked; by default when the entry was added.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the system lifts it, as a change in the log, at most 5 seconds late. Until then it blocks.',
    }),
    externalReference: t.string({
      nullable: true,
      description: 'Your own id for it. Null without the permission number:see.',
      select: { externalReference: true },
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ externalReference }) => externalReference,
    }),
    businessNumber: t.exposeString('businessNumber', {
      nullable: true,
      description: 'The number of your business that the contact wrote to or was called from.',
    }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign that it came by: of opt-outs by text or call that named one.',
      select: { campaignId: true },
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The inbound text that it stands for: of the sources SMS_KEYWORD and SMS_PHRASE.',
      select: { messageId: true },
      resolve: ({ messageId }, _args, { loaders }) =>
        messageId === null ? null : loaders.message.load(String(messageId)),
    }),
    import: t.field({
      type: Task,
      nullable: true,
      description:
        'The import that listed it, while it claims it; others may claim it too. Null without one, or when you may not see its task.',
      select: { importId: true },
      resolve: ({ importId }, _args, { loaders }) => (importId === null ? null : loaders.task.load(String(importId))),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was added, or added again after a removal.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});
