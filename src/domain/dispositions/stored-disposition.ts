import type { ConfigChange } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { dispositionName } from './find-disposition.ts';

/** A disposition as its row in the table states it. */
export interface StoredDisposition {
  readonly id: number;
  readonly name: string;
  readonly addsToDnc: boolean;
  /** 0: of the environment. */
  readonly campaignId: number;
}

/** One that stands just there, at the campaign or at the environment (0), whatever the capitals. */
export async function dispositionOf(
  sql: Sql,
  environmentId: number,
  campaignId: number,
  name: string,
): Promise<StoredDisposition | null> {
  const { rows } = await sql.query<StoredDisposition>(
    `${DISPOSITION} AND campaign_id = $2::int AND lower(name) = lower($3)`,
    [environmentId, campaignId, name],
  );
  return rows[0] ?? null;
}

/** By its id; null when it was removed. */
export async function dispositionById(sql: Sql, environmentId: number, id: number): Promise<StoredDisposition | null> {
  const { rows } = await sql.query<StoredDisposition>(`${DISPOSITION} AND id = $2::int`, [environmentId, id]);
  return rows[0] ?? null;
}

/** Those of these campaigns and of the environment (0), by name. */
export async function dispositionsOf(
  sql: Sql,
  environmentId: number,
  campaignIds: readonly number[],
): Promise<StoredDisposition[]> {
  const { rows } = await sql.query<StoredDisposition>(
    `${DISPOSITION} AND campaign_id = ANY ($2::int[]) ORDER BY lower(name), id`,
    [environmentId, campaignIds],
  );
  return rows;
}

const DISPOSITION = `
  SELECT id, name, adds_to_dnc AS "addsToDnc", campaign_id AS "campaignId" FROM disposition WHERE environment_id = $1`;

/** A name of 1 to 100 characters, as it is kept. */
export function readDispositionName(name: string): string {
  return dispositionName(readName(name, 'input.name'));
}

/** The change of a disposition: what it was and is, with the key of its campaign (null: the environment's). */
export function dispositionChange(
  campaign: string | null,
  before: StoredDisposition | null,
  after: StoredDisposition | null,
): ConfigChange {
  const whole = (disposition: StoredDisposition | null) =>
    disposition &&
    JSON.stringify({ id: disposition.id, name: disposition.name, campaign, addsToDnc: disposition.addsToDnc });
  return { kind: 'DISPOSITION', before: whole(before), after: whole(after) };
}
