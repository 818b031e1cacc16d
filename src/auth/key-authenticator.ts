import { type Clock, systemClock } from '../clock.ts';
import type { Sql } from '../db/database.ts';
import { type EnvironmentKind, environmentKindOf, hashApiKey, looksLikeApiKey } from './api-key.ts';
import { LookUpCache, type RevocableCache } from './look-up-cache.ts';
import { isRole } from './permissions.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';
import { apiKeyViewer, type Viewer } from './viewer.ts';

export interface KeyAuthenticatorOptions {
  /** The read pool. */
  readonly sql: Sql;
  /** The installation's secret (instance.server_secret), at least 32 bytes. */
  readonly serverSecret: Uint8Array;
  readonly clock?: Clock | undefined;
  /** Called at each accepted use, cached or not; must not throw or wait. */
  readonly onUse?: ((viewer: Viewer) => void) | undefined;
}

export interface KeyAuthenticator extends RevocableCache {
  /** @throws UnauthenticatedError when the key is mistyped, unknown, revoked, expired or of the other kind of environment. */
  authenticate(key: string): Promise<Viewer>;
  /** To be called right after this server revoked a key; other servers learn it by the revocation watch. */
  forgetKey(keyId: number): void;
}

interface KeyRow {
  id: number;
  name: string;
  role: string;
  expires_at: Date | null;
  expired: boolean;
  revoked: boolean;
  environment_id: number;
  environment_key: string;
  kind: EnvironmentKind;
  auth_version: number;
  account_id: number;
}

// One statement, so that the key and the revocation counter are of the same moment (P2.8). Expiry is looked at by the
// database's clock here and by this server's at each use: whichever is ahead refuses.
const findKey = `
  select k.id, k.name, k.role, k.expires_at, k.revoked_at is not null as revoked,
         coalesce(k.expires_at <= clock_timestamp(), false) as expired,
         e.id as environment_id, e.key as environment_key, e.kind, e.auth_version, e.account_id
    from api_key k
    join environment e on e.id = k.environment_id
   where k.hash = $1`;

/** API key -> viewer, by the key's hash. Cached for seconds; the cache holds hashes and viewers, never keys. */
export function createKeyAuthenticator(options: KeyAuthenticatorOptions): KeyAuthenticator {
  const { sql, serverSecret, clock = systemClock, onUse } = options;
  if (serverSecret.length < 32) throw new TypeError('The server secret needs at least 32 bytes.');
  const cache = new LookUpCache<Viewer>(clock);

  async function lookUp(hash: Buffer, kind: EnvironmentKind): Promise<Viewer> {
    const { rows } = await sql.query<KeyRow>(findKey, [hash]);
    const row = rows[0];
    if (!row) throw new UnauthenticatedError('This API key is not known here.');
    if (row.revoked) throw new UnauthenticatedError('This API key has been revoked.');
    if (row.expired) throw expired();
    if (row.kind !== kind) {
      throw new UnauthenticatedError('A ql_test_ key opens test environments only, a ql_live_ key live ones only.');
    }
    if (!isRole(row.role)) throw new UnauthenticatedError('This API key has a role that this server does not know.');
    return apiKeyViewer({
      accountId: row.account_id,
      environmentId: row.environment_id,
      environmentKey: row.environment_key,
      authVersion: row.auth_version,
      keyId: row.id,
      role: row.role,
      name: row.name,
      expiresAt: row.expires_at,
    });
  }

  return {
    async authenticate(key) {
      if (!looksLikeApiKey(key)) {
        throw new UnauthenticatedError('This API key is mistyped or cut off: its checksum is wrong.');
      }
      const hash = hashApiKey(key, serverSecret);
      const viewer = await cache.get(hash.toString('base64'), () => lookUp(hash, environmentKindOf(key)));
      if (viewer.expiresAt && viewer.expiresAt.getTime() <= clock.wall()) throw expired();
      onUse?.(viewer);
      return viewer;
    },
    forgetKey: (keyId) => cache.forget((viewer) => viewer.keyId === keyId),
    forgetEnvironment: (environmentId) => cache.forgetEnvironment(environmentId),
    cachedVersions: () => cache.cachedVersions(),
  };
}

function expired(): UnauthenticatedError {
  return new UnauthenticatedError('This API key has expired.');
}
