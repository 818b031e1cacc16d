/** Every role, in the order of the table R7. A role is a named bundle of permissions and nothing else: code asks for permissions. */
export const roles = ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR', 'AUDITOR', 'READ_ONLY'] as const;
export type Role = (typeof roles)[number];

/** THE table of who may do what (R7). A permission that isn't here doesn't exist; a role that isn't in its row doesn't have it. */
export const permissions = {
  'list:read': roles,
  'entry:read': roles,
  /** Whole numbers; whoever lacks it sees +1•••••••567 and finds by the visible digits only. */
  'number:see': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR', 'AUDITOR'],
  /** Evidence, and who did it (the kind USER or SYSTEM is seen by everybody, R1.8). */
  'evidence:see': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  'number:check': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
  /** `check(at)` and `number(phone, at)` (R3.4). */
  'number:check-past': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  'entry:add': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
  'entry:edit': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'],
  'entry:remove': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'],
  'entry:unapprove': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'],
  'entry:approve': ['ADMIN', 'COMPLIANCE'],
  /** Add or approve permanently (R1.3: nobody can take it back). */
  'entry:permanent': ['ADMIN', 'COMPLIANCE'],
  /** Remove the DNC entry that came with a person's STOP, with reason and evidence; their DNT entry stays (R1.4). */
  'entry:lift-call-opt-out': ['ADMIN', 'COMPLIANCE'],
  /** Upload and preview files, import and scrub them. An import goes to review unless one of the next is asked and held. */
  'file:import': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'],
  /** "Mark all as approved" (R6.2). "Permanently" needs entry:permanent. */
  'import:approved': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR'],
  /** As opt-outs carried over from another system (R4.6): nobody can undo it. */
  'import:opt-outs': ['ADMIN', 'COMPLIANCE'],
  'import:undo': ['ADMIN', 'COMPLIANCE'],
  /** Everybody's tasks; whoever started one sees it without this. */
  'task:see': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  /** Everybody's tasks; whoever started one cancels it without this. */
  'task:cancel': ['ADMIN', 'COMPLIANCE'],
  'entry:export': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR', 'AUDITOR'],
  'log:export': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  'feed:follow': ['ADMIN', 'COMPLIANCE', 'DIALER', 'INTEGRATOR', 'AUDITOR', 'READ_ONLY'],
  'audit:read': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  /** authorizeContact and recordCallOutcome: what a dialer or an agent's screen says and asks around a contact. */
  'contact:authorize': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
  'call:record': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
  /** Besides the signed endpoints, which need no role. */
  'message:receive': ['ADMIN', 'INTEGRATOR'],
  'consent:record': ['ADMIN', 'COMPLIANCE', 'AGENT', 'INTEGRATOR'],
  'consent:revoke': ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
  /** Their evidence needs evidence:see. */
  'consent:see': ['ADMIN', 'COMPLIANCE', 'INTEGRATOR', 'AUDITOR'],
  /** Everybody's attempts; an AGENT sees those they made themselves. */
  'attempt:see': ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  'attempt:see-own': ['ADMIN', 'COMPLIANCE', 'AGENT', 'AUDITOR'],
  'statistics:see': roles,
  'settings:write': ['ADMIN', 'COMPLIANCE'],
  /** Custom lists, campaigns, dispositions. */
  'list:manage': ['ADMIN', 'COMPLIANCE'],
  'campaign:manage': ['ADMIN', 'COMPLIANCE'],
  'webhook:manage': ['ADMIN', 'COMPLIANCE'],
  'key:manage': ['ADMIN'],
  'environment:manage': ['ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Every permission, in the order of the table. */
export const allPermissions = Object.keys(permissions) as readonly Permission[];

/** Whether this text (a claim, a column) names a role. */
export function isRole(text: unknown): text is Role {
  return (roles as readonly unknown[]).includes(text);
}

/** Whether this text names a permission. */
export function isPermission(text: unknown): text is Permission {
  return (allPermissions as readonly unknown[]).includes(text);
}

/** The roles that have a permission, in the order of the table. */
export function rolesWith(permission: Permission): readonly Role[] {
  return permissions[permission];
}

const byRole = new Map<Role, ReadonlySet<Permission>>(
  roles.map((role) => [role, new Set(allPermissions.filter((permission) => rolesWith(permission).includes(role)))]),
);

/** What a role may do. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return byRole.get(role)!;
}
