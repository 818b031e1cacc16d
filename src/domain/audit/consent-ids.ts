import type { Sql } from '../../db/database.ts';

/** The ids of all consents that the keys ever had, ended ones too: their changes belong to the number's history. */
export async function consentIdsOf(sql: Sql, environmentId: number, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM consent WHERE environment_id = $1 AND phone = ANY ($2::text[]) ORDER BY phone, id',
    [environmentId, keys],
  );
  return rows.map(({ id }) => id);
}
