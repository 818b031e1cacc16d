import { ForbiddenError } from './forbidden-error.ts';
import type { Permission } from './permissions.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';
import type { Viewer } from './viewer.ts';

/**
 * Passes when the viewer has the permission.
 * @throws UnauthenticatedError when the viewer is anonymous: a credential may help, another role is not the question.
 * @throws ForbiddenError that names the missing permission.
 */
export function requirePermission(viewer: Pick<Viewer, 'kind' | 'can'>, permission: Permission): void {
  if (viewer.can(permission)) return;
  if (viewer.kind === 'ANONYMOUS') {
    throw new UnauthenticatedError('Send "Authorization: Bearer <API key or token>".');
  }
  throw new ForbiddenError(permission);
}
