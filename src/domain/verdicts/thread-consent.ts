import type { CountryCode } from 'libphonenumber-js/max';
import type { Sql } from '../../db/database.ts';
import { parseListable } from '../numbers/listed-number.ts';

/** The business's number in the form in which a consent names it; what can't be read is matched as it stands. */
export function businessNumberKey(raw: string, defaultCountry: string): string {
  const options = { defaultCountry: defaultCountry as CountryCode, acceptsSenders: true, keepAsReceived: true };
  const listable = parseListable(raw, options);
  return listable.ok ? listable.key : raw.trim();
}

/** Whether somebody's own text to this number of the business still gives consent to answer it. */
export async function isInThread(
  sql: Sql,
  environmentId: number,
  phone: string,
  businessNumber: string,
): Promise<boolean> {
  const { rows } = await sql.query(THREAD, [environmentId, phone, businessNumber]);
  return rows.length > 0;
}

const THREAD = `
  SELECT 1 FROM consent
   WHERE environment_id = $1 AND phone = $2 AND business_number = $3 AND level = 'IMPLIED' AND method = 'INBOUND_TEXT' AND ended_at IS NULL
   LIMIT 1`;
