import type { ListAfter } from '../../domain/entry-changes/blocked-after.ts';
import type { BlockedEverywhere } from '../../suppression-index/block-mask.ts';
import { builder } from '../builder.ts';

export const BlockedContacts = builder.objectRef<BlockedEverywhere>('BlockedContacts').implement({
  description: 'Each kind of contact, and whether it is blocked.',
  fields: (t) => ({
    outboundCall: t.exposeBoolean('outboundCall', { description: 'Calls to the number.' }),
    outboundSms: t.exposeBoolean('outboundSms', { description: 'Texts to the number.' }),
    inboundCall: t.exposeBoolean('inboundCall', { description: 'Calls from the number.' }),
    inboundSms: t.exposeBoolean('inboundSms', { description: 'Texts from the number.' }),
  }),
});

/** A list as the feed tells of it. */
export const ListState = builder.objectRef<ListAfter>('ListState').implement({
  description: 'A list as it was at a place in the log.',
  fields: (t) => ({
    key: t.string({ description: 'The short name, such as "DNC".', resolve: ({ list }) => list.key }),
    name: t.string({ description: 'The name for people.', resolve: ({ list }) => list.name }),
    blocks: t.field({
      type: BlockedContacts,
      description: 'What a number on it is blocked for while the list is enabled.',
      resolve: ({ list: { blocks } }) => ({
        outboundCall: (blocks & 1) !== 0,
        outboundSms: (blocks & 2) !== 0,
        inboundCall: (blocks & 4) !== 0,
        inboundSms: (blocks & 8) !== 0,
      }),
    }),
    isEnabled: t.boolean({ description: 'Whether the list counts.', resolve: ({ list }) => list.enabled }),
    campaigns: t.stringList({
      description:
        'The keys of the campaigns that it counts for; none: for all. In a contact of no campaign, or of one that is unknown or archived, it counts too.',
      // One that we don't know can't be named, and must not vanish: a list without campaigns counts for all.
      resolve: ({ list, campaigns }) => list.campaigns.map((id) => campaigns.get(id)?.key ?? `#${id}`),
    }),
  }),
});
