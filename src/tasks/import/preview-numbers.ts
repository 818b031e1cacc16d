import type { EntryRow } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { parseSettings, type Settings } from '../../domain/settings.ts';
import { blockMask, type ListRow, type Lists } from '../../suppression-index/block-mask.ts';
import type { Additions } from './add-numbers.ts';
import { entryBatches } from './entry-batches.ts';
import { rowDefaults } from './entry-line.ts';
import type { ImportCheckpoint } from './import-checkpoint.ts';
import type { ImportTask } from './import-handler.ts';
import { batchRowsOf, type ImportServices } from './import-services.ts';

/** A dry run: asks of each number what `addNumbers` would answer, and changes nothing. */
export async function* previewNumbers(
  task: ImportTask,
  { runs, after }: Additions,
  services: ImportServices,
): AsyncGenerator<void, number> {
  const { environmentId, input } = task;
  const { database } = services;
  await task.save({ step: 'Looking what would be added' });
  const { lists, settings } = await readRules(database.read, environmentId);
  let { rowsDone } = task;
  const batches = entryBatches(runs, { after, size: batchRowsOf(services), defaults: rowDefaults(input) });
  for await (const { rows, fileRows, last } of batches) {
    yield;
    if (rows.length === 0) continue;
    const previews = await preview(database.read, environmentId, rows);
    const count: Record<string, number> = { DUPLICATE: fileRows - rows.length, NEWLY_BLOCKED: 0 };
    for (const [n, { code, facts }] of previews.entries()) {
      count[code] = (count[code] ?? 0) + 1;
      const isBlocked = blockMask(facts, lists, settings) !== 0;
      if (!isBlocked && blockMask(factOf(rows[n]!), lists, settings) !== 0) count.NEWLY_BLOCKED! += 1;
    }
    rowsDone += fileRows;
    const checkpoint: ImportCheckpoint = { phase: 'ADD', after: last };
    await task.save({ checkpoint, rowsDone, count });
  }
  return rowsDone;
}

interface Preview {
  readonly code: 'ADDED' | 'RAISED' | 'ALREADY_LISTED';
  /** The number's facts as they are. */
  readonly facts: string;
}

async function preview(sql: Sql, environmentId: number, rows: readonly EntryRow[]): Promise<Preview[]> {
  const previews = await sql.query<Preview>(PREVIEW, [
    environmentId,
    rows.map(({ phone }) => phone),
    rows.map(({ listId }) => listId),
    rows.map(({ status }) => status),
    rows.map(({ endUserOptedOut }) => endUserOptedOut ?? false),
    rows.map(({ requestedAt }) => requestedAt?.toISOString() ?? null),
    rows.map(({ expiresAt }) => expiresAt?.toISOString() ?? null),
  ]);
  return previews.rows;
}

/** What the entry alone would be: of staff's entries only those for review are soft (R1.5). */
function factOf({ listId, status, endUserOptedOut }: EntryRow): string {
  return `${listId}${status === 'PENDING' && !endUserOptedOut ? 's' : 'h'}`;
}

async function readRules(sql: Sql, environmentId: number): Promise<{ lists: Lists; settings: Settings }> {
  const { rows: lists } = await sql.query<ListRow>(
    'SELECT id, key, name, blocks, enabled, campaigns FROM list WHERE environment_id = $1',
    [environmentId],
  );
  const { rows } = await sql.query<{ settings: unknown }>('SELECT settings FROM environment WHERE id = $1', [
    environmentId,
  ]);
  return { lists: new Map(lists.map((list) => [list.id, list])), settings: parseSettings(rows[0]!.settings) };
}

const PREVIEW = `SELECT code, facts FROM preview_entries($1::int, $2::text[], $3::int[], $4::entry_status[], $5::boolean[],
  $6::timestamptz[], $7::timestamptz[])`;
