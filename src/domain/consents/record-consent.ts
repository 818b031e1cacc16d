import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { recordOnce } from '../record-once.ts';
import type { Settings } from '../settings.ts';
import type { Verdicts } from '../verdicts/check.ts';
import type { CheckAnswer } from '../verdicts/check-answer.ts';
import { type ReadConsent, type RecordConsentInput, readConsent } from './consent-input.ts';
import { type ConsentRow, findConsents } from './consent-row.ts';
import { newestOptOut } from './newest-opt-out.ts';
import { pastTime } from './past-time.ts';

export interface ConsentContext {
  readonly log: ChangeLog;
  readonly settings: Pick<Settings, 'defaultCountry'>;
  readonly verdicts: Pick<Verdicts, 'check'>;
}

interface Written {
  readonly consent: ConsentRow;
  /** False for the implied consent of a conversation that has it already. */
  readonly isNew: boolean;
}

export type RecordedConsent = Committed<
  Written & {
    /** Whether the person's number may be contacted over the consent's channel now. */
    readonly verdict: CheckAnswer;
    readonly position: number;
    readonly replayed: boolean;
  }
>;

/**
 * Keeps a consent that somebody gave (R4.9). It never unblocks: one to texts that is older than the person's newest
 * opt-out is kept as ended by it, and a later one stands beside the opt-out without effect until their START.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function recordConsent(
  viewer: Viewer,
  input: RecordConsentInput,
  { log, settings, verdicts }: ConsentContext,
): Promise<RecordedConsent> {
  requirePermission(viewer, 'consent:record');
  const { environmentId } = viewer;
  const read = readConsent(input, settings.defaultCountry);
  const evidenceId = await log.textId(environmentId, read.evidence);
  const { result, ...recorded } = await recordOnce<Written>(log, viewer, {
    operation: 'recordConsent',
    input,
    async work(sql, actorId) {
      const { id, isNew } = await insertConsent(sql, environmentId, read, { evidenceId, actorId });
      const [consent] = await findConsents(sql, environmentId, [id]);
      return {
        result: { consent: consent!, isNew },
        kept: [{ code: isNew ? 'ADDED' : 'ALREADY_LISTED', entryId: id }],
        changes: isNew ? [{ kind: 'CONSENT', consentId: id, isEnd: false }] : [],
      };
    },
    async replay(sql, kept) {
      const { code, entryId } = kept[0]!;
      return { consent: (await findConsents(sql, environmentId, [entryId!]))[0]!, isNew: code === 'ADDED' };
    },
  });
  const contact = { phone: read.phone, channel: read.channel, direction: 'OUTBOUND' } as const;
  return { ...result, ...recorded, verdict: await verdicts.check(viewer, contact) };
}

async function insertConsent(
  sql: Sql,
  environmentId: number,
  read: ReadConsent,
  { evidenceId, actorId }: { evidenceId: string | null; actorId: number },
): Promise<{ id: string; isNew: boolean }> {
  const givenAt = await pastTime(sql, read.givenAt, 'givenAt');
  const optedOutAt = read.channel === 'SMS' ? await newestOptOut(sql, environmentId, read.phone) : null;
  // On a tie the opt-out wins (R4.1).
  const endedAt = optedOutAt && givenAt <= optedOutAt ? optedOutAt : null;
  const { rows } = await sql.query<{ id: string }>(INSERT_CONSENT, [
    environmentId,
    read.phone,
    read.channel,
    read.level,
    read.purpose,
    read.method,
    evidenceId,
    read.businessNumber,
    givenAt.toISOString(),
    actorId,
    endedAt?.toISOString() ?? null,
    endedAt && 'OPT_OUT',
  ]);
  if (rows[0]) return { id: rows[0].id, isNew: true };
  const thread = await sql.query<{ id: string }>(FIND_THREAD, [environmentId, read.phone, read.businessNumber]);
  return { id: thread.rows[0]!.id, isNew: false };
}

const INSERT_CONSENT = `
  INSERT INTO consent (environment_id, phone, channel, level, purpose, method, evidence_id, business_number, given_at, recorded_at, created_by_id, ended_at, ended_by)
  VALUES ($1::int, $2, $3, $4, $5, $6, $7::bigint, $8, $9::timestamptz, clock_timestamp(), $10::int, $11::timestamptz, $12)
  ON CONFLICT DO NOTHING RETURNING id`;

const FIND_THREAD = `
  SELECT id FROM consent
   WHERE environment_id = $1::int AND phone = $2 AND business_number = $3 AND level = 'IMPLIED' AND method = 'INBOUND_TEXT' AND ended_at IS NULL
   LIMIT 1`;
