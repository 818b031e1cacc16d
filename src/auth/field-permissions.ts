import { allPermissions, type Permission, permissionsOf, type Role } from './permissions.ts';

// These decide whether a mutation runs, and never what a field answers. Whatever isn't named here counts as
// field-affecting, so a permission that somebody adds and forgets here separates subscribers instead of mixing them.
const neverAffectsAField: ReadonlySet<Permission> = new Set<Permission>([
  'entry:add',
  'entry:edit',
  'entry:remove',
  'entry:unapprove',
  'entry:approve',
  'entry:permanent',
  'import:approved',
  'import:opt-outs',
  'import:undo',
  'task:cancel',
  'contact:authorize',
  'call:record',
  'message:receive',
  'consent:record',
  'consent:revoke',
  'settings:write',
  'list:manage',
  'campaign:manage',
]);

/** The permissions that can change what a field answers. */
export const fieldPermissions: readonly Permission[] = allPermissions.filter((name) => !neverAffectsAField.has(name));

/**
 * Which of the field-affecting permissions a role has, as one stable text. Subscribers may share an execution when this
 * text is equal (P2.8): never by the role's name. Empty for nobody (anonymous).
 */
export function fieldPermissionSet(role: Role | null): string {
  if (role === null) return '';
  const held = permissionsOf(role);
  return fieldPermissions.filter((permission) => held.has(permission)).join(' ');
}
