import { allPermissions, roles } from '../../auth/permissions.ts';
import type { Viewer as ViewerShape } from '../../auth/viewer.ts';
import { builder } from '../builder.ts';
import { Environment } from './environment.ts';

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'How the caller was known.',
  values: {
    API_KEY: { description: 'By an API key.' },
    PERSON: { description: "By a token of the operator's own issuer." },
    ANONYMOUS: { description: 'Not at all: no credential was sent. A wrong one is refused, never taken as none.' },
  },
});

const roleDescriptions: Record<(typeof roles)[number], string> = {
  ADMIN: 'Everything that can be done here, keys and environments too.',
  COMPLIANCE: 'The law of the list: adds, approves, removes, reads the audit log, sets the settings.',
  AGENT: 'A person on the phone: sees lists, checks and adds numbers.',
  DIALER: 'A machine that calls: checks and adds numbers, follows the feed.',
  INTEGRATOR: "Another system: adds, edits and removes entries and follows the feed; can't approve.",
  AUDITOR: 'Reads everything, who did what and the past too; changes nothing.',
  READ_ONLY: 'Sees lists and entries with masked numbers.',
};

export const Role = builder.enumType('Role', {
  description: 'A named bundle of permissions. `viewer.permissions` says what yours holds.',
  values: Object.fromEntries(roles.map((role) => [role, { description: roleDescriptions[role] }])) as Record<
    (typeof roles)[number],
    { description: string }
  >,
});

const Viewer = builder.objectRef<ViewerShape>('Viewer').implement({
  description: 'Who is asking, by the credential of this request, and what they may do.',
  fields: (t) => ({
    kind: t.field({ type: ViewerKind, description: 'How the caller was known.', resolve: ({ kind }) => kind }),
    name: t.exposeString('name', { description: 'The key\'s name, or the person\'s; "anonymous" for nobody.' }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'The role of the key or token; null when anonymous.',
      resolve: ({ role }) => role,
    }),
    permissions: t.stringList({
      description: 'What the caller may do, by name, such as "entry:approve"; sorted, empty when anonymous.',
      resolve: (viewer) => allPermissions.filter((permission) => viewer.can(permission)).sort(),
    }),
    environment: t.prismaField({
      type: Environment,
      nullable: true,
      description: 'The environment that the key or token opens; null when anonymous.',
      resolve: (query, { environmentId }, _args, { services }) =>
        environmentId === 0
          ? null
          : services.database.prisma.environment.findUnique({ ...query, where: { id: environmentId } }),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the key or token ends, and its sockets with it; null for a key without end.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who you are here. The one question that needs no credential.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
