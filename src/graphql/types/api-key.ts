import { isRole } from '../../auth/permissions.ts';
import { builder } from '../builder.ts';
import { Actor } from './actor.ts';
import { Role } from './viewer.ts';

/** Whether a key opens anything at this time; the filter of `apiKeys` says the same in the words of a query. */
function isActive({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** The same as `isActive`, for the database. */
export function activeKeys(active: boolean | null | undefined, now: Date) {
  if (active === null || active === undefined) return {};
  return active
    ? { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }
    : { OR: [{ revokedAt: { not: null } }, { expiresAt: { lte: now } }] };
}

/** Guarded as a type and in `findUnique`: `node(id:)` finds none without the permission. */
export const ApiKey = builder.prismaNode('ApiKey', {
  description:
    'A credential of a system, bound to one environment and one role. The key itself was shown once and is kept nowhere. ADMIN may see keys.',
  authScopes: { may: 'key:manage' },
  nullable: true,
  id: { resolve: ({ id }) => String(id), description: 'The id of this key, for `node` and revokeApiKey.' },
  findUnique: (id, { viewer }) => ({
    environmentId_id: {
      environmentId: viewer.can('key:manage') ? viewer.environmentId : 0,
      id: /^\d{1,9}$/.test(id) ? Number(id) : 0,
    },
  }),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What people call it.' }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'What it may do. Null for a role that this server does not know; such a key opens nothing.',
      select: { role: true },
      resolve: ({ role }) => (isRole(role) ? role : null),
    }),
    hint: t.exposeString('hint', {
      description: 'Its last four random characters but the checksum, to tell it from others.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.relation('createdBy', {
      type: Actor,
      nullable: true,
      description: 'Who made it. Null without the permission evidence:see.',
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null for a key without end.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended for ever; null if it was not.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last opened a request or socket, noted about once a minute; null if never.',
    }),
    isActive: t.boolean({
      description: 'Whether it opens anything now: neither revoked nor expired.',
      select: { revokedAt: true, expiresAt: true },
      resolve: (key) => isActive(key, new Date()),
    }),
  }),
});
