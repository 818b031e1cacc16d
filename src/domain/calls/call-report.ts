import type { CountryCode } from 'libphonenumber-js/max';
import type { CallerInput } from '../caller.ts';
import { readTime } from '../entries/time-text.ts';
import { parseListable } from '../numbers/listed-number.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';

export interface CallTurnInput {
  readonly speaker: Speaker;
  readonly text: string;
  /** As text, so that a time that can't be read never costs an opt-out (R1.7). */
  readonly at?: string | null;
}

export type Speaker = 'CONTACT' | 'AGENT' | 'UNKNOWN';

/** What somebody reports of a call; reports of one call add up (R4.8). */
export interface CallReportInput extends Pick<CallerInput, 'onBehalfOf'> {
  readonly phone: string;
  readonly callId: string;
  readonly direction?: 'OUTBOUND' | 'INBOUND' | null;
  readonly campaign?: string | null;
  readonly agent?: string | null;
  readonly disposition?: string | null;
  readonly addToDnc?: boolean | null;
  readonly ivrKey?: string | null;
  readonly transcript?: readonly CallTurnInput[] | null;
}

export interface Turn {
  readonly speaker: Speaker;
  readonly text: string;
  readonly at: Date | null;
}

export interface CallReport {
  readonly callId: string;
  /** The key that the number is listed under; what can't be read is kept as received (R2.3). */
  readonly phone: string;
  /** As given, where that isn't the key. */
  readonly raw: string | null;
  readonly isKeptAsReceived: boolean;
  readonly direction: 'OUTBOUND' | 'INBOUND';
  readonly campaignKey: string | null;
  readonly agent: string | null;
  readonly disposition: string | null;
  readonly addsToDnc: boolean;
  readonly ivrKey: string | null;
  readonly turns: readonly Turn[];
  /** Turns whose time can't be read, or lies ahead: their requests count as made now. */
  readonly untimedCount: number;
}

const LONGEST_CALL_ID = 200;
/** Kept of an agent's name. */
const LONGEST_AGENT = 200;
/** Kept of a number as it was given. */
const LONGEST_RAW = 512;

/**
 * Reads a report. Only what it can't do without is asked of it, the call and a number: no fault in anything else may cost
 * an opt-out.
 * @throws UserProblemError
 */
export function readCallReport(input: CallReportInput, defaultCountry: string, now: Date): CallReport {
  const callId = storable(input.callId);
  if (callId === null || callId.length > LONGEST_CALL_ID)
    throw new UserProblemError(
      problem(
        'INVALID_VALUE',
        'input.callId',
        `A callId has 1 to ${LONGEST_CALL_ID} characters: the id of the call in your phone system, the same in every report of it.`,
      ),
    );
  const turns = (input.transcript ?? []).map(({ speaker, text, at }): Turn & { isUntimed: boolean } => {
    const time = at?.trim() ? readTime(at) : null;
    const isPast = time !== null && time <= now;
    return { speaker, text, at: isPast ? time : null, isUntimed: Boolean(at?.trim()) && !isPast };
  });
  return {
    callId,
    ...readPhone(input.phone, defaultCountry),
    direction: input.direction ?? 'OUTBOUND',
    campaignKey: storable(input.campaign),
    agent: storable(input.agent)?.slice(0, LONGEST_AGENT).toWellFormed() ?? null,
    disposition: storable(input.disposition),
    addsToDnc: input.addToDnc ?? false,
    ivrKey: storable(input.ivrKey),
    turns,
    untimedCount: turns.filter(({ isUntimed }) => isUntimed).length,
  };
}

function readPhone(raw: string, defaultCountry: string): Pick<CallReport, 'phone' | 'raw' | 'isKeptAsReceived'> {
  const country = defaultCountry as CountryCode;
  const listable = parseListable(raw, { defaultCountry: country, acceptsSenders: false, keepAsReceived: true });
  // What a phone shows in place of a withheld number stands for nobody: as received it would be listed to no end.
  const asSender = parseListable(raw, { defaultCountry: country, acceptsSenders: true, keepAsReceived: false });
  const refused = !listable.ok ? listable : !asSender.ok && asSender.problem.code === 'WITHHELD' ? asSender : null;
  if (refused && !refused.ok) {
    const { code, message, remedy } = refused.problem;
    const advice = code === 'WITHHELD' ? 'There is no number to list.' : remedy;
    throw new UserProblemError(problem('INVALID_VALUE', 'input.phone', `${message} ${advice}`));
  }
  const { key, kind } = listable as Extract<typeof listable, { ok: true }>;
  const kept = raw.slice(0, LONGEST_RAW).toWellFormed().replaceAll('\0', '\ufffd');
  return { phone: key, raw: raw === key ? null : kept, isKeptAsReceived: kind === 'AS_RECEIVED' };
}
