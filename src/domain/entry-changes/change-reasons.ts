import type { ChangeRecord, ChangeSetRecord } from '../../changes/change-set.ts';
import type { Sql } from '../../db/database.ts';

/** The reason's text of a change, or null. */
export type ReasonOf = (change: ChangeRecord) => string | null;

/**
 * Why the changes of a set were made: the call's reason, otherwise the one noted with the entry. Read when somebody asks,
 * once for the set; kept no longer than its message, because a text may be erased (R5.4).
 */
export function reasonsOf(sql: Sql, environmentId: number, set: ChangeSetRecord): () => Promise<ReasonOf> | ReasonOf {
  let reasons: Promise<ReasonOf> | ReasonOf | undefined;
  return () => {
    const ids = new Set([set.reasonId, ...set.changes.map(({ reasonId }) => reasonId)].filter((id) => id !== null));
    reasons ??= ids.size === 0 ? () => null : read(sql, environmentId, set, [...ids]);
    return reasons;
  };
}

async function read(sql: Sql, environmentId: number, set: ChangeSetRecord, ids: readonly string[]): Promise<ReasonOf> {
  const { rows } = await sql.query<{ id: string; body: string | null }>(
    'SELECT id, body FROM text_value WHERE environment_id = $1 AND id = ANY ($2::bigint[])',
    [environmentId, ids],
  );
  const bodies = new Map(rows.map(({ id, body }) => [id, body]));
  return ({ reasonId }) => bodies.get(set.reasonId ?? reasonId ?? '') ?? null;
}
