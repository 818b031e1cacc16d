import type { ConfigChange } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';

/** At most so many custom lists in an environment: every one is looked at in every verdict about a number that is on it. */
export const MAX_CUSTOM_LISTS = 100;

/** A list as its row in the table states it. */
export interface StoredList {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** The sum of `blockBit`s. */
  readonly blocks: number;
  readonly builtIn: boolean;
  readonly enabled: boolean;
  /** Ids of the campaigns that it counts for, ascending; none: for all (R3.1). */
  readonly campaigns: readonly number[];
}

/** Every list of the environment, archived ones too, by id. */
export async function allLists(sql: Sql, environmentId: number): Promise<StoredList[]> {
  const { rows } = await sql.query<StoredList>(ALL_LISTS, [environmentId]);
  return rows;
}

const ALL_LISTS = `
  SELECT id, key, name, description, blocks, built_in AS "builtIn", enabled, campaigns
    FROM list WHERE environment_id = $1 ORDER BY id`;

/** The change of a list: before and after are the whole of it, because the log alone must tell what it blocked (R3.4). */
export function listChange(before: StoredList | null, after: StoredList): ConfigChange {
  return { kind: 'LIST', listId: after.id, before: before && wholeOf(before), after: wholeOf(after) };
}

function wholeOf({ id, key, name, description, blocks, enabled, campaigns }: StoredList): string {
  return JSON.stringify({ id, key, name, description, blocks, enabled, campaigns });
}
