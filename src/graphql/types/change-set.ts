import { toPosition } from '../../changes/position.ts';
import { builder } from '../builder.ts';

/** What was committed together. */
export const ChangeSet = builder.prismaObject('ChangeSet', {
  description:
    'The changes that one call committed together: all of them or none. At most 1,000; a larger call is several sets. Needs audit:read.',
  authScopes: { may: 'audit:read' },
  fields: (t) => ({
    id: t.exposeString('id', {
      description: 'The id of the set, a UUID; the filters of `entries` and `auditLog` take it.',
    }),
    firstPosition: t.field({
      type: 'LogPosition',
      description: 'The position of its first change.',
      select: { firstPosition: true },
      resolve: ({ firstPosition }) => toPosition(firstPosition),
    }),
    position: t.field({
      type: 'LogPosition',
      description: 'The position of its last change: where cursors point.',
      select: { position: true },
      resolve: ({ position }) => toPosition(position),
    }),
    hash: t.string({
      description:
        'SHA-256 over the set and the hash of the set before it, 64 hexadecimal digits. `verifyAudit` recomputes it.',
      select: { hash: true },
      resolve: ({ hash }) => Buffer.from(hash).toString('hex'),
    }),
  }),
});
