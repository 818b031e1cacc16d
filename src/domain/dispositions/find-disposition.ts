import type { Sql } from '../../db/database.ts';
import { storable } from '../text-limits.ts';

/** What a call's outcome of this name does. */
export interface FoundDisposition {
  readonly id: number;
  /** As it was saved; whoever reports a call may spell its capitals otherwise. */
  readonly name: string;
  readonly addsToDnc: boolean;
}

/**
 * The disposition of this name, whatever its capitals: the campaign's own one before the environment's; null when
 * neither has it. `campaignId` null: the environment's alone.
 */
export async function findDisposition(
  sql: Sql,
  environmentId: number,
  name: string,
  campaignId: number | null,
): Promise<FoundDisposition | null> {
  const { rows } = await sql.query<FoundDisposition>(FIND_DISPOSITION, [
    environmentId,
    campaignId ?? 0,
    dispositionName(name),
  ]);
  return rows[0] ?? null;
}

/** How names are kept and compared, whatever keyboard typed their accents. */
export function dispositionName(text: string): string {
  return (storable(text) ?? '').normalize('NFC');
}

// One look-up of the unique index for each of the two; a campaign's id is above 0.
const FIND_DISPOSITION = `
  SELECT id, name, adds_to_dnc AS "addsToDnc" FROM disposition
   WHERE environment_id = $1::int AND campaign_id IN ($2::int, 0) AND lower(name) = lower($3)
   ORDER BY campaign_id DESC LIMIT 1`;
