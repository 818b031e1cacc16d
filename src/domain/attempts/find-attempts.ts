import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import type { AttemptRow } from './attempt.ts';
import { ATTEMPT, type AttemptRecord, attemptRow } from './attempt-row.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Attempts by their ids: those that there are, and that the viewer may see. */
export async function findAttempts(
  sql: Sql,
  viewer: Viewer,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AttemptRow>> {
  const asked = ids.filter((id) => UUID.test(id));
  if (asked.length === 0 || !viewer.can('attempt:see-own')) return new Map();
  const own = viewer.can('attempt:see') ? null : viewer.subject;
  const { rows } = await sql.query<AttemptRecord>(FIND, [viewer.environmentId, asked, own]);
  return new Map(rows.map((record) => [record.id, attemptRow(record)]));
}

const FIND = `
  SELECT ${ATTEMPT} FROM unnest($2::uuid[]) AS asked(id)
   CROSS JOIN LATERAL (SELECT * FROM attempt x WHERE x.environment_id = $1::int AND x.id = asked.id OFFSET 0) a
   WHERE $3::text IS NULL OR a.actor_id = (SELECT id FROM actor WHERE environment_id = $1::int AND subject = $3::text)`;
