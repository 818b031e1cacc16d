import { missingPermission } from './missing-permission.ts';
import type { Permission } from './permissions.ts';

/** The viewer is known and may not do this. Says which permission is missing and which roles have it (issue A, 4). */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
  readonly code = 'FORBIDDEN';
  readonly permission: Permission;

  constructor(permission: Permission) {
    super(missingPermission(permission));
    this.permission = permission;
  }
}
