import { AuthScopeFailureType, type ForbiddenResult } from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import { missingPermission } from '../auth/missing-permission.ts';
import type { Permission } from '../auth/permissions.ts';
import { isPermission } from '../auth/permissions.ts';
import type { Viewer } from '../auth/viewer.ts';

/** A refused field says which permission is missing and who has it; an anonymous caller is asked for a key first. */
export function forbidden(viewer: Viewer, result: ForbiddenResult): GraphQLError {
  if (viewer.kind === 'ANONYMOUS') {
    return new GraphQLError('Send "Authorization: Bearer <API key or token>".', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  }
  const permission = permissionIn(result);
  return new GraphQLError(permission ? missingPermission(permission) : 'You may not see this field.', {
    extensions: { code: 'FORBIDDEN', ...(permission ? { permission } : {}) },
  });
}

function permissionIn({ failure }: ForbiddenResult): Permission | null {
  const failures: ForbiddenResult['failure'][] = [failure];
  for (const next of failures) {
    if (next.kind === AuthScopeFailureType.AuthScope && isPermission(next.parameter)) return next.parameter;
    if ('failures' in next) failures.push(...next.failures);
  }
  return null;
}

/** Codes of errors that were written for clients: their message may be read, everything else is masked. */
const publicCodes = new Set([
  'UNAUTHENTICATED',
  'ISSUER_UNREACHABLE',
  'INVALID_CURSOR',
  'STALE',
  'NOT_READY',
  'IN_THE_FUTURE',
  'OVERLOADED',
  'UNKNOWN_OUTCOME',
  'IDEMPOTENCY_MISMATCH',
  'FILE_GONE',
  'LINK_EXPIRED',
]);

/** What a client may read of an error of the domain; undefined hides it (server/error-mask.ts). */
export function publicError(error: unknown): GraphQLError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, permission, problems } = error as Error & {
    code?: string;
    permission?: string;
    problems?: readonly { path: readonly string[] }[];
  };
  if (code === 'FORBIDDEN') return new GraphQLError(error.message, { extensions: { code, permission } });
  if (code === 'USER_PROBLEM')
    return new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT', problems } });
  // The read took longer than a statement may (P3.3).
  if (code === '57014')
    return new GraphQLError('This took too long and was stopped: narrow the filter.', {
      extensions: { code: 'TIMEOUT' },
    });
  // A lock was waited for too long; the statement did nothing.
  if (code === '55P03')
    return new GraphQLError('The environment is busy. Nothing of this request was done: send it again in a second.', {
      extensions: { code: 'OVERLOADED' },
    });
  return code && publicCodes.has(code) ? new GraphQLError(error.message, { extensions: { code } }) : undefined;
}

/** A wrong argument of a query. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
