import { type EntryAttributes, entryAttributes } from '../../domain/audit/entry-attributes.ts';
import { builder } from '../builder.ts';
import { shownText } from '../display.ts';
import { Campaign } from './campaign.ts';
import { EntryStatus } from './entry.ts';
import { Message } from './message.ts';

interface StateShape extends EntryAttributes {
  readonly reason: string | null;
  readonly evidence: string | null;
}

/** What a change says of an entry. */
export const ChangeState = builder.objectRef<StateShape>('ChangeState').implement({
  description:
    'One side of a change of an entry. Only what changed is there; `Change.changed` tells what was cleared from what was left alone.',
  fields: (t) => ({
    status: t.expose('status', { type: EntryStatus, nullable: true, description: 'How far it was reviewed.' }),
    endUserOptedOut: t.exposeBoolean('endUserOptedOut', {
      nullable: true,
      description: 'Whether the person asked by text themselves.',
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', nullable: true, description: 'When the person asked.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it was to end.' }),
    externalReference: t.string({
      nullable: true,
      description: "The caller's own id for it. Null without the permission number:see.",
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ externalReference }) => externalReference,
    }),
    businessNumber: t.exposeString('businessNumber', {
      nullable: true,
      description: 'Your number that the contact wrote to.',
    }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign that it came by, as it is now.',
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The text of the contact that it stands for.',
      resolve: ({ messageId }, _args, { loaders }) => (messageId === null ? null : loaders.message.load(messageId)),
    }),
    reason: t.string({
      nullable: true,
      description: 'Why the number was listed. Null too when it was erased: the chain keeps its commitment.',
      resolve: ({ reason }, _args, { viewer }) => shownText(viewer, reason),
    }),
    evidence: t.string({
      nullable: true,
      description: 'The proof of the request. Null without the permission evidence:see, and when it was erased.',
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ evidence }) => evidence,
    }),
  }),
});

/** One side of a change from its text and what stands beside it; null when it says nothing. */
export function stateOf(json: string | null, reason: string | null | undefined, evidence: string | null | undefined) {
  if (json === null && !reason && !evidence) return null;
  return { ...entryAttributes(json), reason: reason ?? null, evidence: evidence ?? null };
}
