import { type Permission, roles, rolesWith } from './permissions.ts';

/** A sentence for people: "You need the permission entry:approve, which ADMIN and COMPLIANCE have." */
export function missingPermission(permission: Permission): string {
  const holders = rolesWith(permission);
  if (holders.length === roles.length) return `You need the permission ${permission}, which every role has.`;
  if (holders.length === 1) return `You need the permission ${permission}, which ${holders[0]} has.`;
  return `You need the permission ${permission}, which ${holders.slice(0, -1).join(', ')} and ${holders.at(-1)} have.`;
}
