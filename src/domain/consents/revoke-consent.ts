import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import type { Channel } from '../../suppression-index/block-mask.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import type { Settings } from '../settings.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import { readNumber } from '../verdicts/read-number.ts';
import { type MessageType, messageTypes } from './consent.ts';
import { readBusinessNumber } from './consent-input.ts';
import { type ConsentRow, findConsents } from './consent-row.ts';
import { pastTime } from './past-time.ts';

export interface RevokeConsentInput extends ConfigInput {
  readonly phone: string;
  readonly channel?: Channel | null;
  readonly purpose?: MessageType | null;
  readonly businessNumber?: string | null;
  readonly revokedAt?: Date | null;
}

export type RevokedConsents = Committed<{
  /** The consents that ended. */
  readonly ended: readonly ConsentRow[];
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Ends what a person has agreed to, as far as it is named (R4.9); without a channel, purpose or business number, all of it. A
 * consent goes when it would still allow what was revoked: one for more purposes includes those before it, and one that
 * names no business number covers every one. A consent that was given after the revocation stays.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function revokeConsent(
  viewer: Viewer,
  input: RevokeConsentInput,
  { log, settings }: { log: ChangeLog; settings: Pick<Settings, 'defaultCountry'> },
): Promise<RevokedConsents> {
  requirePermission(viewer, 'consent:revoke');
  const { environmentId } = viewer;
  const wanted = readRevocation(input, settings.defaultCountry);
  const { result, ...recorded } = await recordOnce<readonly ConsentRow[]>(log, viewer, {
    operation: 'revokeConsent',
    input,
    async work(sql) {
      const ids = await endConsents(sql, environmentId, wanted, input.revokedAt ?? null);
      // What can't be read may be how a text came; when nothing was kept under it, it is a slip.
      if (ids.length === 0 && wanted.problem) throw new UserProblemError(wanted.problem);
      return {
        result: await findConsents(sql, environmentId, ids),
        kept: ids.map((entryId) => ({ code: 'CHANGED', entryId })),
        changes: ids.map((consentId) => ({ kind: 'CONSENT', consentId, isEnd: true })),
      };
    },
    replay: (sql, kept) =>
      findConsents(
        sql,
        environmentId,
        kept.map(({ entryId }) => entryId!),
      ),
  });
  return { ended: result, ...recorded };
}

interface Wanted {
  /** Every key that the number's consents may be kept under. */
  readonly keys: readonly string[];
  /** Why it can't be read as a number. */
  readonly problem: UserProblem | null;
  readonly channel: Channel | null;
  readonly purposes: readonly MessageType[];
  readonly businessNumber: string | null;
}

function readRevocation(input: RevokeConsentInput, defaultCountry: string): Wanted {
  const { keys, number } = readNumber(input.phone, defaultCountry);
  const said = number?.ok === false ? `${number.problem.message} ${number.problem.remedy}` : 'This is not a number.';
  const unreadable = number?.ok ? null : problem('INVALID_VALUE', 'input.phone', said);
  if (keys.length === 0) throw new UserProblemError(unreadable!);
  const businessNumber = readBusinessNumber(input.businessNumber, defaultCountry);
  if (businessNumber !== null && typeof businessNumber === 'object') throw new UserProblemError(businessNumber);
  const from = input.purpose ? messageTypes.indexOf(input.purpose) : 0;
  return {
    keys,
    problem: unreadable,
    channel: input.channel ?? null,
    purposes: messageTypes.slice(from),
    businessNumber,
  };
}

async function endConsents(sql: Sql, environmentId: number, wanted: Wanted, at: Date | null): Promise<string[]> {
  const revokedAt = await pastTime(sql, at, 'revokedAt');
  const { rows } = await sql.query<{ id: string }>(END_CONSENTS, [
    environmentId,
    wanted.keys,
    wanted.channel,
    wanted.purposes,
    wanted.businessNumber,
    revokedAt.toISOString(),
  ]);
  return rows.map(({ id }) => id).sort((a, b) => Number(BigInt(a) - BigInt(b)));
}

// The order of the index keeps the look-up on the number, whatever the statistics say.
const END_CONSENTS = `
  UPDATE consent k SET ended_at = $6::timestamptz, ended_by = 'REVOKED'
    FROM unnest($2::text[]) AS p(phone)
   CROSS JOIN LATERAL (SELECT c.id FROM (SELECT * FROM consent c WHERE c.environment_id = $1::int AND c.phone = p.phone ORDER BY c.phone, c.id OFFSET 0) c
      WHERE c.ended_at IS NULL AND c.given_at <= $6::timestamptz AND ($3::text IS NULL OR c.channel = $3) AND c.purpose = ANY ($4::text[])
        AND ($5::text IS NULL OR c.business_number IS NULL OR c.business_number = $5)) x
   WHERE k.environment_id = $1::int AND k.id = x.id
  RETURNING k.id`;
