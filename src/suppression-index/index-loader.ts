import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { parseSettings } from '../domain/settings.ts';
import type { ListRow } from './block-mask.ts';
import type { CampaignRow } from './campaign-row.ts';
import { loadConsents } from './consent-loader.ts';
import { EnvironmentIndex } from './environment-index.ts';
import { formatFacts, type ListFact } from './facts.ts';

/** Rows of one page; PGlite's one connection is given back between pages. */
const PAGE_ROWS = { postgres: 20_000, pglite: 5_000 };

interface Row {
  phone: string;
  list_id: number;
  class: 'h' | 's';
}

/**
 * Builds an index from the tables, page by page. `position` was taken BEFORE the first page (P2.3), so rows may be newer
 * than it: the caller replays the log from there, and facts being absolute the index converges by the end of the replay.
 */
export async function loadIndex(
  database: Database,
  environmentId: number,
  position: number,
): Promise<EnvironmentIndex> {
  const lists = await database.read.query<ListRow>(LISTS, [environmentId]);
  const campaigns = await database.read.query<CampaignRow>(CAMPAIGNS, [environmentId]);
  const environment = await database.read.query<{ settings: unknown; entries: string }>(
    `SELECT settings, (SELECT coalesce(sum(count), 0) FROM entry_count WHERE environment_id = $1) AS entries FROM environment WHERE id = $1`,
    [environmentId],
  );
  const index = new EnvironmentIndex({
    lists: lists.rows,
    campaigns: campaigns.rows,
    settings: parseSettings(environment.rows[0]?.settings),
    position,
    expectedNumbers: Number(environment.rows[0]?.entries ?? 0),
  });
  const limit = PAGE_ROWS[database.kind];
  await loadConsents(database, environmentId, index, limit);
  let after = '';
  for (;;) {
    const { rows } = await database.read.query<Row>(PAGE, [environmentId, after, limit]);
    const full = rows.length === limit;
    // A full page may end in the middle of a number: that number is read again with the next page.
    const last = rows.at(-1)?.phone;
    const whole = full && rows[0]!.phone !== last ? rows.filter((row) => row.phone !== last) : rows;
    putAll(index, whole);
    if (!full) return index;
    after = whole.at(-1)!.phone;
    await nextTurn();
  }
}

function putAll(index: EnvironmentIndex, rows: readonly Row[]): void {
  let facts: ListFact[] = [];
  for (const [n, row] of rows.entries()) {
    const earlier = facts.at(-1);
    if (earlier?.listId !== row.list_id)
      facts.push({ listId: row.list_id, enforced: row.class === 'h' ? 'HARD' : 'SOFT' });
    else if (row.class === 'h') facts[facts.length - 1] = { listId: row.list_id, enforced: 'HARD' };
    if (rows[n + 1]?.phone !== row.phone) {
      index.put(row.phone, formatFacts(facts));
      facts = [];
    }
  }
}

const LISTS = 'SELECT id, key, name, blocks, enabled, campaigns FROM list WHERE environment_id = $1';

const CAMPAIGNS = `
  SELECT id, key, name, opt_out_detection AS "optOutDetection", phrases, ivr_opt_out_keys AS "ivrOptOutKeys", enabled
    FROM campaign WHERE environment_id = $1 AND enabled`;

const PAGE = `SELECT e.phone, e.list_id, entry_class(e) AS class FROM entry e
  WHERE e.environment_id = $1 AND e.phone > $2 AND e.active ORDER BY e.phone, e.list_id LIMIT $3`;
