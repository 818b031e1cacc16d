import type { Sql } from '../db/database.ts';
import { LookUpCache, type RevocableCache } from './look-up-cache.ts';
import type { PersonClaims } from './person-claims.ts';
import { createTokenVerifier, type PersonTokenOptions } from './person-token.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';
import { personViewer, type Viewer, type ViewerEnvironment } from './viewer.ts';

export interface PersonAuthenticatorOptions extends PersonTokenOptions {
  /** The read pool. */
  readonly sql: Sql;
}

export interface PersonAuthenticator extends RevocableCache {
  /**
   * @throws UnauthenticatedError when the token, or what it claims, isn't accepted.
   * @throws IssuerUnreachableError when the issuer's keys can't be read.
   */
  authenticate(token: string): Promise<Viewer>;
}

interface EnvironmentRow {
  id: number;
  account_id: number;
  key: string;
  auth_version: number;
}

const findEnvironment = (accountColumn: 'id' | 'name') => `
  select e.id, e.account_id, e.key, e.auth_version
    from environment e
    join account a on a.id = e.account_id
   where a.${accountColumn} = $1 and e.key = $2
   limit 2`;

/**
 * A person's token -> viewer. The role is the token's; account and environment are looked up and cached for seconds.
 * A token can't be revoked here before its `exp`: issuers should keep tokens short.
 */
export function createPersonAuthenticator(options: PersonAuthenticatorOptions): PersonAuthenticator {
  const { sql, ...tokenOptions } = options;
  const verify = createTokenVerifier(tokenOptions);
  const cache = new LookUpCache<ViewerEnvironment>(options.clock);

  async function lookUp({
    account,
    environment,
  }: Pick<PersonClaims, 'account' | 'environment'>): Promise<ViewerEnvironment> {
    const statement = findEnvironment(typeof account === 'number' ? 'id' : 'name');
    const { rows } = await sql.query<EnvironmentRow>(statement, [account, environment]);
    const [row, another] = rows;
    // One sentence for all: the token's holder doesn't learn which accounts exist. Two accounts of one name: no guessing.
    if (!row || another) throw new UnauthenticatedError('The account or environment of the token is not known here.');
    return {
      accountId: row.account_id,
      environmentId: row.id,
      environmentKey: row.key,
      authVersion: row.auth_version,
    };
  }

  return {
    async authenticate(token) {
      const { account, environment, ...person } = await verify(token);
      const found = await cache.get(JSON.stringify([account, environment]), () => lookUp({ account, environment }));
      return personViewer({ ...found, ...person });
    },
    forgetEnvironment: (environmentId) => cache.forgetEnvironment(environmentId),
    cachedVersions: () => cache.cachedVersions(),
  };
}
