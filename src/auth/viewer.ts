import { type Permission, permissionsOf, type Role } from './permissions.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** Who is asking: made once per HTTP request or socket, the same for every transport. Holds no credential. */
export interface Viewer {
  readonly kind: 'API_KEY' | 'PERSON' | 'ANONYMOUS';
  /** 0 when anonymous, like `environmentId`; no row has that id. */
  readonly accountId: number;
  readonly environmentId: number;
  readonly environmentKey: string;
  readonly role: Role | null;
  /** The key's name, or the person's name (their subject when the token has none). */
  readonly name: string;
  /** Who it is, unique within the environment: `key:12` or `person:<sub>`; '' when anonymous. */
  readonly subject: string;
  readonly keyId: number | null;
  /** Expiry of the key or token; null for a key without one. Nothing is allowed from that instant on (P2.8). */
  readonly expiresAt: Date | null;
  /** The environment's revocation counter, read in the same statement as the credential (P2.8). */
  readonly authVersion: number;
  can(permission: Permission): boolean;
}

/** The environment that a credential opens, as its look-up read it. */
export interface ViewerEnvironment {
  readonly accountId: number;
  readonly environmentId: number;
  readonly environmentKey: string;
  readonly authVersion: number;
}

/** Nobody: an object, not null, that may do nothing. */
export const anonymousViewer: Viewer = Object.freeze<Viewer>({
  kind: 'ANONYMOUS',
  accountId: 0,
  environmentId: 0,
  environmentKey: '',
  role: null,
  name: 'anonymous',
  subject: '',
  keyId: null,
  expiresAt: null,
  authVersion: 0,
  can: () => false,
});

/** The viewer behind an API key. */
export function apiKeyViewer(
  key: ViewerEnvironment & { keyId: number; role: Role; name: string; expiresAt: Date | null },
): Viewer {
  return viewer({ ...key, kind: 'API_KEY', subject: `key:${key.keyId}` });
}

/** The viewer behind a person's token. */
export function personViewer(
  person: ViewerEnvironment & { sub: string; role: Role; name?: string | undefined; expiresAt: Date },
): Viewer {
  const { sub, name, ...rest } = person;
  return viewer({ ...rest, kind: 'PERSON', keyId: null, name: name ?? sub, subject: `person:${sub}` });
}

function viewer(who: Omit<Viewer, 'can' | 'role'> & { role: Role }): Viewer {
  const held = permissionsOf(who.role);
  return Object.freeze({
    kind: who.kind,
    accountId: who.accountId,
    environmentId: who.environmentId,
    environmentKey: who.environmentKey,
    role: who.role,
    name: who.name,
    subject: who.subject,
    keyId: who.keyId,
    expiresAt: who.expiresAt,
    authVersion: who.authVersion,
    can: (permission: Permission) => held.has(permission),
  });
}

/**
 * The source of entries that this viewer adds by a mutation: the server sets it from the door, never the caller (R1.8).
 * @throws UnauthenticatedError for the anonymous viewer, who has no door.
 */
export function entrySourceOf(asking: Pick<Viewer, 'kind'>): 'API' | 'MANUAL' {
  switch (asking.kind) {
    case 'API_KEY':
      return 'API';
    case 'PERSON':
      return 'MANUAL';
    case 'ANONYMOUS':
      throw new UnauthenticatedError('Adding entries needs an API key or a token.');
  }
}
