import DataLoader from 'dataloader';
import { type Clock, systemClock } from '../clock.ts';
import type { Sql } from '../db/database.ts';
import type { Viewer } from './viewer.ts';

/** Whether a viewer who was let in earlier would be let in again now. Rejects when the database can't say. */
export type StillValid = (viewer: Viewer) => Promise<boolean>;

const findValid = `
  select k.environment_id, k.id, k.role
    from api_key k
   where (k.environment_id, k.id) in (select * from unnest($1::int[], $2::int[]))
     and k.revoked_at is null
     and (k.expires_at is null or k.expires_at > clock_timestamp())`;

/**
 * Re-checks open sockets after a revocation: a key by its row, a person by the token's expiry (tokens can't be revoked
 * here), anonymous always. Calls of one tick are one query, however many sockets an environment has open.
 */
export function createStillValid(options: { readonly sql: Sql; readonly clock?: Clock | undefined }): StillValid {
  const { sql, clock = systemClock } = options;

  const keys = new DataLoader<Viewer, boolean>(
    async (viewers) => {
      const { rows } = await sql.query<{ environment_id: number; id: number; role: string }>(findValid, [
        viewers.map((viewer) => viewer.environmentId),
        viewers.map((viewer) => viewer.keyId),
      ]);
      const valid = new Set(rows.map((row) => `${row.environment_id}:${row.id}:${row.role}`));
      return viewers.map((viewer) => valid.has(`${viewer.environmentId}:${viewer.keyId}:${viewer.role}`));
    },
    { cache: false, maxBatchSize: 10_000 },
  );

  return async (viewer) => {
    if (viewer.expiresAt && viewer.expiresAt.getTime() <= clock.wall()) return false;
    return viewer.kind === 'API_KEY' ? keys.load(viewer) : true;
  };
}
