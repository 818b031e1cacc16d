import type { Viewer } from '../auth/viewer.ts';
import type { ErrorMask } from './error-mask.ts';
import { HttpProblemError } from './http-problem.ts';
import { type Authenticate, isUnauthenticated } from './transport.ts';

/** Who sends this Authorization header. @throws HttpProblemError: 401 for a credential that is no good, 503 when nobody can tell */
export async function viewerOf(
  authorization: string | null | undefined,
  { authenticate, mask }: { readonly authenticate: Authenticate; readonly mask: ErrorMask },
): Promise<Viewer> {
  try {
    return await authenticate({ authorization: authorization ?? null });
  } catch (error) {
    if (isUnauthenticated(error)) {
      throw new HttpProblemError({
        status: 401,
        code: 'UNAUTHENTICATED',
        message: error.message,
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    // Nobody can tell who it is (the database is away, say): that isn't the client's fault, and it may try again.
    const { message, extensions } = mask(error);
    throw new HttpProblemError({
      status: 503,
      code: String(extensions.code ?? 'INTERNAL_SERVER_ERROR'),
      message,
      headers: { 'retry-after': '1' },
    });
  }
}
