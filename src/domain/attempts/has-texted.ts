import type { Sql } from '../../db/database.ts';

/** Whether an outbound text to this number was allowed before; `except` is an attempt that doesn't count, by its id. */
export async function hasTexted(sql: Sql, environmentId: number, phone: string, except?: string): Promise<boolean> {
  const { rows } = await sql.query(TEXTED, [environmentId, phone, except ?? null]);
  return rows.length > 0;
}

// OFFSET 0 keeps the search on the number's own attempts, whatever the statistics say of the others.
const TEXTED = `
  SELECT 1 FROM (SELECT * FROM attempt WHERE environment_id = $1 AND phone = $2 OFFSET 0) a
   WHERE direction = 'OUTBOUND' AND channel = 'SMS' AND decision = 'ALLOW' AND ($3::uuid IS NULL OR id <> $3::uuid)
   LIMIT 1`;
