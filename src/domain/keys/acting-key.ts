import { UnauthenticatedError } from '../../auth/unauthenticated-error.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';

/**
 * Looks at the caller's key again, inside the transaction and under the environment's lock: a server may believe for up
 * to a second a key that another one has revoked (P2.8), and in that second it must not make itself a successor.
 * @throws UnauthenticatedError
 */
export async function requireActingKey(sql: Sql, viewer: Viewer): Promise<void> {
  if (viewer.keyId === null) return;
  const { rows } = await sql.query(ACTIVE, [viewer.environmentId, viewer.keyId]);
  if (rows.length === 0) throw new UnauthenticatedError('This API key has been revoked or has expired.');
}

const ACTIVE = `SELECT 1 FROM api_key WHERE environment_id = $1 AND id = $2 AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > clock_timestamp())`;
