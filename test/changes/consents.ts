import type { PlainChangeSet } from '../../src/changes/change-log.ts';
import { type LogServer, staff } from './log-world.ts';

interface Given {
  readonly phone: string;
  readonly level?: string;
  readonly channel?: string;
  readonly evidence?: string;
}

const setOf = (environmentId: number, operation: string): PlainChangeSet => ({
  environmentId,
  actor: staff,
  operation,
});

/** Writes consents as one change set; answers their ids. */
export async function giveConsents(
  { log }: LogServer,
  environmentId: number,
  consents: readonly Given[],
): Promise<string[]> {
  const actorId = await log.actorId(environmentId, staff);
  const proofs = await Promise.all(consents.map(({ evidence = 'a form' }) => log.textId(environmentId, evidence)));
  const { result } = await log.record(setOf(environmentId, 'recordConsent'), async (sql) => {
    const { rows } = await sql.query<{ id: string }>(
      `INSERT INTO consent (environment_id, phone, channel, level, purpose, method, evidence_id, given_at, recorded_at, created_by_id)
       SELECT $1, phone, channel, level, 'TRANSACTIONAL', 'WEB_FORM', proof, now(), now(), $6
         FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS c(phone, channel, level, proof) RETURNING id`,
      [
        environmentId,
        consents.map(({ phone }) => phone),
        consents.map(({ channel = 'SMS' }) => channel),
        consents.map(({ level = 'EXPRESS' }) => level),
        proofs,
        actorId,
      ],
    );
    const ids = rows.map(({ id }) => id);
    return {
      result: ids,
      changes: ids.map((consentId) => ({ kind: 'CONSENT' as const, consentId, isEnd: false })),
    };
  });
  return result;
}

/** Ends consents as one change set. */
export async function endConsents({ log }: LogServer, environmentId: number, ids: readonly string[]): Promise<void> {
  await log.record(setOf(environmentId, 'revokeConsent'), async (sql) => {
    await sql.query(
      `UPDATE consent SET ended_at = now(), ended_by = 'REVOKED' WHERE environment_id = $1 AND id = ANY ($2::bigint[])`,
      [environmentId, ids],
    );
    return {
      result: null,
      changes: ids.map((consentId) => ({ kind: 'CONSENT' as const, consentId, isEnd: true })),
    };
  });
}
