import { meantAsApiKey } from './api-key.ts';
import type { KeyAuthenticator } from './key-authenticator.ts';
import type { PersonAuthenticator } from './person-authenticator.ts';
import { maxTokenLength } from './person-token.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';
import { anonymousViewer, type Viewer } from './viewer.ts';

export interface Credentials {
  /** The Authorization header, or the connection parameter of that name on a socket. Absent is anonymous; empty is not. */
  readonly authorization?: string | null | undefined;
}

/** @throws UnauthenticatedError; and IssuerUnreachableError or a database error when nobody can tell. */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>;

/** The one door for every transport: credentials -> viewer. Without `persons`, only API keys open it. */
export function createAuthenticate(options: {
  readonly keys: Pick<KeyAuthenticator, 'authenticate'>;
  readonly persons?: Pick<PersonAuthenticator, 'authenticate'> | null | undefined;
}): Authenticate {
  const { keys, persons } = options;

  return async ({ authorization }) => {
    if (authorization === undefined || authorization === null) return anonymousViewer;
    const credential = readBearer(authorization);
    if (meantAsApiKey(credential)) return keys.authenticate(credential);
    if (persons) return persons.authenticate(credential);
    throw new UnauthenticatedError('This server takes API keys only: they begin with ql_live_ or ql_test_.');
  };
}

function readBearer(authorization: string): string {
  if (authorization.length > maxTokenLength + 'Bearer '.length) {
    throw new UnauthenticatedError(`The credential is longer than ${maxTokenLength} characters.`);
  }
  const credential = /^bearer +([\x21-\x7e]+)$/i.exec(authorization.trim())?.[1];
  if (!credential) throw new UnauthenticatedError('Send "Authorization: Bearer <API key or token>".');
  return credential;
}
