import type { Sql } from '../../db/database.ts';
import type { ClaimedEntry } from './claims.ts';
import type { ImportTask } from './import-handler.ts';
import { batchRowsOf, type ImportServices } from './import-services.ts';
import type { Lacking } from './lacking.ts';
import { lackingBatches } from './lift-lacking.ts';

/** By code, as `liftLacking` would count them; changes nothing. */
export async function* previewLifting(
  task: ImportTask,
  { earlier, run }: Lacking,
  services: ImportServices,
): AsyncGenerator<void, Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const entries of lackingBatches(run, '', batchRowsOf(services))) {
    for (const code of await codesOf(services.database.read, task, entries, earlier))
      counts[code] = (counts[code] ?? 0) + 1;
    yield;
  }
  return counts;
}

async function codesOf(
  sql: Sql,
  { environmentId, authority }: ImportTask,
  entries: readonly ClaimedEntry[],
  of: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.query<{ code: string }>(PREVIEW, [
    environmentId,
    entries.map(({ id }) => id),
    authority,
    of,
  ]);
  return rows.map(({ code }) => code);
}

// What the verb WITHDRAW of write_entries answers, without a lock: the law, then who else holds the entry (R6.3).
const PREVIEW = `
  SELECT CASE WHEN law.code = 'CHANGED' THEN coalesce(entry_kept_by(e, $4::bigint[]), law.code) ELSE law.code END AS code
    FROM unnest($2::bigint[]) AS r(id)
    JOIN entry e ON e.environment_id = $1 AND e.id = r.id
   CROSS JOIN LATERAL resolve_entry(e, 'REMOVE', NULL::entry, 0, $3, true, false, true, now()) AS law`;
