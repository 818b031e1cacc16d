import { type LogPage, readLogPage } from '../../changes/logged-sets.ts';
import type { Sql } from '../../db/database.ts';
import { actorsOf } from './exported-entry.ts';
import type { ExportedSet } from './log-lines.ts';

/**
 * The next whole sets behind a position, none of them beyond `through`; none at all is the end. Whatever is missing from a
 * damaged log is missing here too: it is for whoever verifies the file to find.
 */
export async function exportedSets(
  sql: Sql,
  environmentId: number,
  after: number,
  through: number,
): Promise<ExportedSet[]> {
  const page = await readLogPage(sql, environmentId, after);
  const sets = page.sets.filter(({ position }) => position <= through);
  if (sets.length === 0) return [];
  const actors = await actorsOf(sql, environmentId, [...new Set(sets.map(({ actorId }) => actorId))]);
  return sets.map((set) => ({ set, changes: changesOf(page, set), actor: actors.get(set.actorId) ?? null }));
}

function changesOf({ rows }: LogPage, set: { readonly firstPosition: number; readonly position: number }) {
  const positions = Array.from({ length: set.position - set.firstPosition + 1 }, (_, n) =>
    rows.get(set.firstPosition + n),
  );
  return positions.filter((row) => row !== undefined);
}
