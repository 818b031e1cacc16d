import type { Sql } from '../../db/database.ts';
import type { Channel } from '../../suppression-index/block-mask.ts';
import type { ConsentEnd, ConsentLevel, ConsentMethod, MessageType } from './consent.ts';

/** One consent, active while `endedAt` is null. */
export interface ConsentRow {
  readonly id: string;
  readonly environmentId: number;
  readonly phone: string;
  readonly channel: Channel;
  readonly level: ConsentLevel;
  readonly purpose: MessageType;
  readonly method: ConsentMethod;
  readonly evidenceId: string | null;
  readonly businessNumber: string | null;
  readonly givenAt: Date;
  readonly recordedAt: Date;
  readonly createdById: number;
  readonly messageId: string | null;
  readonly endedAt: Date | null;
  readonly endedBy: ConsentEnd | null;
}

/** Consents of the environment by their ids, in the order of the ids given. */
export async function findConsents(sql: Sql, environmentId: number, ids: readonly string[]): Promise<ConsentRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<ConsentRow>(FIND_CONSENTS, [environmentId, ids]);
  return rows;
}

// One look-up by key for each: a condition on many ids may be planned as a walk through the environment.
const FIND_CONSENTS = `
  SELECT c.id, c.environment_id AS "environmentId", c.phone, c.channel, c.level, c.purpose, c.method, c.evidence_id AS "evidenceId",
         c.business_number AS "businessNumber", c.given_at AS "givenAt", c.recorded_at AS "recordedAt", c.created_by_id AS "createdById",
         c.message_id AS "messageId", c.ended_at AS "endedAt", c.ended_by AS "endedBy"
    FROM unnest($2::bigint[]) WITH ORDINALITY AS x(id, n)
   CROSS JOIN LATERAL (SELECT * FROM consent c WHERE c.environment_id = $1::int AND c.id = x.id LIMIT 1) c
   ORDER BY x.n`;
