import { genesisHash } from '../../changes/chain.ts';
import { UnknownEnvironmentError } from '../../changes/change-feed.ts';
import { cursorAt } from '../../changes/change-stream.ts';
import type { Cursor } from '../../changes/cursor.ts';
import { toPosition } from '../../changes/position.ts';
import type { Sql } from '../../db/database.ts';
import { builtInLists, type Lists, parseList } from '../../suppression-index/block-mask.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { defaultSettings, parseSettings, type Settings } from '../settings.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** A place in the log, and what held there besides the numbers (R3.4). */
export interface Moment {
  readonly cursor: Cursor;
  readonly lists: Lists;
  /** By key; none that was archived. */
  readonly campaigns: ReadonlyMap<string, CampaignRow>;
  readonly settings: Settings;
  /** The time that was asked about. */
  readonly at: Date;
}

/** Servers and clients may differ by so much without it being worth a question to the database. */
const A_DAY = 86_400_000;

/**
 * The last change set at or before the time (P1.5), with lists, campaigns and settings as of it; position 0 before the first.
 * The log is append-only, so what is read afterwards "as of this position" is of the same moment. A write that is
 * still being committed may end up at or before a time that has only just passed; the cursor says what was counted.
 * @throws UserProblemError IN_THE_FUTURE (by the database's clock), INVALID_VALUE
 */
export async function momentAt(sql: Sql, environmentId: number, at: Date): Promise<Moment> {
  const cursor = await positionAt(sql, environmentId, at);
  return { cursor, ...(await listsAndSettingsAt(sql, environmentId, cursor.position)), at };
}

/** The cursor of the last change set at or before the time. */
export async function positionAt(sql: Sql, environmentId: number, at: Date): Promise<Cursor> {
  const ms = at.getTime();
  if (Number.isNaN(ms))
    throw new UserProblemError(problem('INVALID_VALUE', 'at', 'This is not a time. Write it as 2026-03-03T14:03:00Z.'));
  if (ms > Date.now() + A_DAY) throw inTheFuture();
  // There was no log before 1970, and PostgreSQL doesn't read years below 1 in ISO 8601.
  const time = new Date(Math.max(ms, 0)).toISOString();
  const { rows } = await sql.query<PositionRow>(POSITION_AT, [environmentId, time]);
  const row = rows[0];
  if (!row) throw new UnknownEnvironmentError(`environment ${environmentId} is not in the database`);
  if (row.in_the_future) throw inTheFuture();
  const { epoch } = row;
  return cursorAt({ environmentId, epoch }, toPosition(row.position ?? 0), row.hash ?? genesisHash(epoch));
}

/**
 * Folds the changes of lists, campaigns and settings up to a position: each LIST or CAMPAIGN change is the whole state of
 * what it is about, a SETTING change what changed.
 */
export async function listsAndSettingsAt(
  sql: Sql,
  environmentId: number,
  position: number,
): Promise<Pick<Moment, 'lists' | 'campaigns' | 'settings'>> {
  const { rows } = await sql.query<ConfigRow>(LISTS_AND_SETTINGS, [environmentId, position]);
  const lists = new Map(builtInLists.map((list) => [list.id, list]));
  const byId = new Map<number, CampaignRow>();
  let settings = defaultSettings;
  for (const { kind, after } of rows) {
    if (kind === 'SETTING') settings = parseSettings({ ...settings, ...JSON.parse(after) });
    else if (kind === 'CAMPAIGN') {
      const campaign = JSON.parse(after) as CampaignRow;
      byId.set(campaign.id, campaign);
    } else {
      const list = parseList(after);
      lists.set(list.id, list);
    }
  }
  const enabled = [...byId.values()].filter((campaign) => campaign.enabled);
  return { lists, campaigns: new Map(enabled.map((campaign) => [campaign.key, campaign])), settings };
}

function inTheFuture(): UserProblemError {
  const message = 'This time lies in the future. Leave it out to ask about now.';
  return new UserProblemError(problem('IN_THE_FUTURE', 'at', message));
}

interface ConfigRow {
  readonly kind: 'LIST' | 'CAMPAIGN' | 'SETTING';
  readonly after: string;
}

interface PositionRow {
  readonly epoch: string;
  readonly position: string | null;
  readonly hash: Buffer | null;
  readonly in_the_future: boolean;
}

const POSITION_AT = `
  SELECT e.epoch, s.position, s.hash, $2::timestamptz > clock_timestamp() AS in_the_future
    FROM environment e
    LEFT JOIN LATERAL (SELECT position, hash FROM change_set
                        WHERE environment_id = e.id AND at <= $2::timestamptz ORDER BY at DESC, position DESC LIMIT 1) s ON true
   WHERE e.id = $1`;

const LISTS_AND_SETTINGS = `
  SELECT kind, after FROM change WHERE environment_id = $1 AND kind IN ('LIST', 'CAMPAIGN', 'SETTING') AND position <= $2 AND after IS NOT NULL
   ORDER BY position`;
