import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Sql } from '../../db/database.ts';
import type { DayRange } from './day-range.ts';
import { everyDay } from './series.ts';

/** Which of an import's counts (import-report.ts) becomes which number here. */
const counts = {
  rowCount: 'ROWS',
  addedCount: 'ADDED',
  raisedCount: 'RAISED',
  alreadyListedCount: 'ALREADY_LISTED',
  duplicateCount: 'DUPLICATE',
  invalidCount: 'INVALID',
  liftedCount: 'CHANGED',
} as const;

/** What imports did, by the names of an import's report. */
export type ImportVolume = { readonly importCount: number } & Readonly<Record<keyof typeof counts, number>>;

export type ImportDay = ImportVolume & { readonly day: string };

export interface ImportStatistics extends ImportVolume {
  days(): ImportDay[];
}

const names = ['importCount', ...(Object.keys(counts) as (keyof typeof counts)[])] as const;
const nothing = Object.fromEntries(names.map((name) => [name, 0])) as ImportVolume;

const sums = Object.entries(counts)
  .map(([name, code]) => `sum(coalesce((counts ->> '${code}')::bigint, 0))::float8 AS "${name}"`)
  .join(', ');

/** Imports by the day on which they ended, from their tasks: of dry runs, which change nothing, none. */
export async function importStatistics(sql: Sql, viewer: Viewer, range: DayRange): Promise<ImportStatistics> {
  requirePermission(viewer, 'statistics:see');
  const { rows } = await sql.query<ImportDay>(
    `SELECT (finished_at AT TIME ZONE 'UTC')::date::text AS day, count(*)::float8 AS "importCount", ${sums} FROM task
      WHERE environment_id = $1 AND kind = 'IMPORT' AND finished_at IS NOT NULL
        AND finished_at >= $2::date::timestamp AT TIME ZONE 'UTC' AND finished_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
        AND NOT coalesce((input ->> 'isDryRun')::boolean, false)
      GROUP BY 1`,
    [viewer.environmentId, range.from, range.to],
  );
  const total = (name: keyof ImportVolume) => rows.reduce((sum, row) => sum + row[name], 0);
  return {
    ...(Object.fromEntries(names.map((name) => [name, total(name)])) as ImportVolume),
    days: () => everyDay(range, rows, (day, row) => row ?? { ...nothing, day }),
  };
}
