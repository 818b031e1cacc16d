import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed, ConfigChange } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { parseSettings, type Settings } from '../settings.ts';
import { readSettings, type SettingsInput } from './read-settings.ts';

export type UpdateSettingsInput = ConfigInput & SettingsInput;

export type UpdatedSettings = Committed<{
  /** All of them, as they now hold; after a replay too. */
  readonly settings: Settings;
  readonly outcome: 'CHANGED' | 'UNCHANGED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Changes settings of the viewer's environment. It touches no entry: a switch alters what entries do from here on, and
 * never lifts one (R4.4). Nothing different, no change in the log.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function updateSettings(
  viewer: Viewer,
  input: UpdateSettingsInput,
  { log }: { log: ChangeLog },
): Promise<UpdatedSettings> {
  requirePermission(viewer, 'settings:write');
  const { environmentId } = viewer;
  const wanted = readSettings(input);
  const { result, ...recorded } = await recordOnce<Pick<UpdatedSettings, 'settings' | 'outcome'>>(log, viewer, {
    operation: 'updateSettings',
    input,
    async work(sql) {
      const settings = await storedSettings(sql, environmentId);
      const change = difference(settings, wanted);
      const outcome = change ? 'CHANGED' : 'UNCHANGED';
      // Joined in the database: keys that a newer release has put there stay.
      if (change)
        await sql.query('UPDATE environment SET settings = settings || $2::jsonb WHERE id = $1', [
          environmentId,
          change.after,
        ]);
      return {
        result: { settings: { ...settings, ...wanted }, outcome },
        kept: [{ code: outcome, entryId: null }],
        changes: change ? [change] : [],
      };
    },
    async replay(sql, kept) {
      return {
        settings: await storedSettings(sql, environmentId),
        outcome: kept[0]!.code as UpdatedSettings['outcome'],
      };
    },
  });
  return { ...result, ...recorded };
}

async function storedSettings(sql: Sql, environmentId: number): Promise<Settings> {
  const { rows } = await sql.query<{ settings: unknown }>('SELECT settings FROM environment WHERE id = $1', [
    environmentId,
  ]);
  return parseSettings(rows[0]!.settings);
}

/** The change that leads from these settings to the wanted ones, naming only what differs; null when nothing does. */
function difference(settings: Settings, wanted: Partial<Settings>): ConfigChange | null {
  const names = (Object.keys(wanted) as (keyof Settings)[]).filter((name) => !isSame(wanted[name], settings[name]));
  if (names.length === 0) return null;
  const pick = (from: Partial<Settings>) => JSON.stringify(Object.fromEntries(names.map((name) => [name, from[name]])));
  return { kind: 'SETTING', before: pick(settings), after: pick(wanted) };
}

/** Settings are texts, switches and lists of texts. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
