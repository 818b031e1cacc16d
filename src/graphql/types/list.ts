import type { Channel, Direction } from '../../suppression-index/block-mask.ts';
import { blockBit } from '../../suppression-index/block-mask.ts';
import { builder } from '../builder.ts';

export const DirectionEnum = builder.enumType('Direction', {
  description: 'Who contacts whom.',
  values: {
    OUTBOUND: { description: 'Your business calls or texts the number.' },
    INBOUND: { description: 'The number calls or texts your business.' },
  },
});

export const ChannelEnum = builder.enumType('Channel', {
  description: 'How the contact is made.',
  values: { CALL: { description: 'A voice call.' }, SMS: { description: 'A text message.' } },
});

export const BlockedContact = builder
  .objectRef<{ direction: Direction; channel: Channel }>('BlockedContact')
  .implement({
    description: 'A kind of contact that a list blocks.',
    fields: (t) => ({
      direction: t.field({
        type: DirectionEnum,
        description: 'Who contacts whom.',
        resolve: ({ direction }) => direction,
      }),
      channel: t.field({ type: ChannelEnum, description: 'How.', resolve: ({ channel }) => channel }),
    }),
  });

const contacts = (['OUTBOUND', 'INBOUND'] as const).flatMap((direction) =>
  (['CALL', 'SMS'] as const).map((channel) => ({ direction, channel })),
);

export const List = builder.prismaNode('List', {
  description:
    'A suppression list. Built in are DNC (do not call: outbound calls and texts), DNT (do not text, the SMS opt-out list: outbound texts) and SPAM (inbound calls and texts). A number on DNC may still call in. COMPLIANCE and ADMIN make others by createList.',
  id: { resolve: (list) => String(list.id), description: 'The id of this list for `node`.' },
  nullable: true,
  findUnique: (id, { viewer }) => ({
    environmentId_id: {
      environmentId: viewer.can('list:read') ? viewer.environmentId : 0,
      id: /^\d{1,9}$/.test(id) ? Number(id) : 0,
    },
  }),
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The short name that inputs take, such as "DNC".' }),
    name: t.exposeString('name', { description: 'The name for people.' }),
    description: t.exposeString('description', { description: 'What the list is for.' }),
    blocks: t.field({
      type: [BlockedContact],
      description: 'The kinds of contact that a number on this list is blocked for.',
      select: { blocks: true },
      resolve: ({ blocks }) =>
        contacts.filter(({ direction, channel }) => (blocks & blockBit(direction, channel)) !== 0),
    }),
    isBuiltIn: t.exposeBoolean('builtIn', {
      description: 'Built-in lists exist in every environment and cannot be altered.',
    }),
    isEnabled: t.exposeBoolean('enabled', {
      description: 'Whether the list counts in verdicts; false for one that is archived.',
    }),
    entryCount: t.int({
      description: 'How many active entries the list has.',
      select: { environmentId: true, id: true },
      resolve: async ({ environmentId, id }, _args, { services }) => {
        const sum = await services.database.prisma.entryCount.aggregate({
          where: { environmentId, listId: id },
          _sum: { count: true },
        });
        return Number(sum._sum.count ?? 0);
      },
    }),
  }),
});

builder.queryField('lists', (t) =>
  t.prismaField({
    type: [List],
    description: 'Every list of the environment, built-in lists first. Everybody with a role may see them.',
    nullable: true,
    authScopes: { may: 'list:read' },
    complexity: { multiplier: 10 },
    resolve: (query, _root, _args, { viewer, services }) =>
      services.database.prisma.list.findMany({
        ...query,
        where: { environmentId: viewer.environmentId },
        orderBy: { id: 'asc' },
      }),
  }),
);
