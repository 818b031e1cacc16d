import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { inIndexOrder } from '../domain/entries/in-index-order.ts';
import type { EnvironmentIndex } from './environment-index.ts';

interface Row {
  readonly phone: string;
  readonly id: string;
  readonly bits: number;
}

/**
 * Reads what every number's consents are good for, page by page, into an index that has none yet. Rows may be newer than
 * the index's position, like those of entries: the replay of the log settles it, its facts being absolute.
 */
export async function loadConsents(
  database: Database,
  environmentId: number,
  index: Pick<EnvironmentIndex, 'consents' | 'putConsents'>,
  pageRows: number,
): Promise<void> {
  let last: Pick<Row, 'phone' | 'id'> = { phone: '', id: '0' };
  for (;;) {
    const from = [environmentId, last.phone, last.id, pageRows];
    const { rows } = await inIndexOrder(database, (sql) => sql.query<Row>(PAGE, from));
    for (const { phone, bits } of rows) index.putConsents(phone, index.consents(phone) | bits);
    if (rows.length < pageRows) return;
    last = rows.at(-1)!;
    await nextTurn();
  }
}

// What one consent adds to its number's facts; all of them together are what the SQL function consent_facts says.
const PAGE = `
  SELECT phone, id, CASE WHEN level = 'IMPLIED' THEN 1 ELSE 2
           + CASE WHEN purpose <> 'CONVERSATIONAL' THEN 4 ELSE 0 END
           + CASE WHEN level = 'EXPRESS_WRITTEN' AND purpose = 'PROMOTIONAL' THEN 8 ELSE 0 END END AS bits
    FROM consent
   WHERE environment_id = $1 AND (phone, id) > ($2, $3) AND channel = 'SMS' AND ended_at IS NULL
   ORDER BY phone, id LIMIT $4`;
