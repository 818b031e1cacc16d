import { randomUUID } from 'node:crypto';
import type { CountryCode } from 'libphonenumber-js/max';
import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { type DialingMode, type NewAttempt, phoneOf } from '../attempts/attempt.ts';
import type { Attempts } from '../attempts/attempts.ts';
import { actorOf, type CallerInput } from '../caller.ts';
import type { Grants } from '../messages/grants.ts';
import { parseListable } from '../numbers/listed-number.ts';
import { storable } from '../text-limits.ts';
import type { CheckInput, Verdicts } from '../verdicts/check.ts';
import { type CheckAnswer, isEmergencyCall } from '../verdicts/check-answer.ts';
import { assertFittingType } from '../verdicts/consent-standing.ts';
import { agentInHaste, agentOf } from './agent-of.ts';

/** A contact that somebody is about to make. */
export interface AuthorizeInput extends CheckInput, Pick<CallerInput, 'onBehalfOf'> {
  readonly dialingMode: DialingMode;
  /** The agent, by the caller's own id; a person with a token of their own is their own agent. */
  readonly agent?: string | null;
  /** Leave to send the confirmation of an opt-out (R4.5). */
  readonly grant?: string | null;
}

export interface Gate {
  readonly verdicts: Verdicts;
  readonly grants: Pick<Grants, 'use'>;
  readonly attempts: Pick<Attempts, 'record'>;
}

export interface Authorized {
  /** With a grant that was used the decision is ALLOW, and the reasons are what would have blocked. */
  readonly answer: CheckAnswer;
  readonly attemptId: string;
  readonly grantUsed: boolean;
}

/**
 * What is asked right before a contact is made: the verdict, recorded as an attempt before it is answered. The mode and
 * who asks change nothing of the verdict: no path skips the gate. A call to an emergency number passes whatever else is
 * wrong, and waits for nothing (R2.4).
 * @throws UserProblemError, and what `Verdicts.check` throws: then nothing is answered, and nothing is recorded
 */
export async function authorizeContact(viewer: Viewer, input: AuthorizeInput, gate: Gate): Promise<Authorized> {
  requirePermission(viewer, 'contact:authorize');
  const isCall = input.direction === 'OUTBOUND' && input.channel === 'CALL';
  const rest = isCall ? null : contactOf(viewer, input);
  // Of a call nothing is judged before it is known whether help is called.
  const verdict = await gate.verdicts.check(viewer, isCall ? { ...input, messageType: null } : input);
  if (isEmergencyCall(verdict.number, verdict)) {
    const attempt = attemptOf(viewer, input, verdict, {
      agent: agentInHaste(viewer, input),
      messageType: null,
      grantUsed: false,
    });
    // Where there is no journal it waits for the database, and nobody waits for it.
    void gate.attempts.record(attempt);
    return { answer: verdict, attemptId: attempt.id, grantUsed: false };
  }
  const { agent, messageType } = rest ?? contactOf(viewer, input);
  const grantUsed = await usesGrant(viewer, input, verdict, gate.grants);
  const answer: CheckAnswer = grantUsed ? { ...verdict, decision: 'ALLOW' } : verdict;
  const attempt = attemptOf(viewer, input, answer, { agent, messageType, grantUsed });
  await gate.attempts.record(attempt);
  return { answer, attemptId: attempt.id, grantUsed };
}

/** What is kept of the question, once it is in order. @throws UserProblemError */
function contactOf(viewer: Viewer, input: AuthorizeInput): Pick<NewAttempt, 'agent' | 'messageType'> {
  const agent = agentOf(viewer, input);
  assertFittingType(input, 'input.messageType');
  return { agent, messageType: input.messageType ?? null };
}

/** R4.5: whatever else blocks the text, a server that isn't up to date too; the grant itself is asked of the database. */
async function usesGrant(
  { environmentId }: Viewer,
  { phone, grant }: AuthorizeInput,
  { decision, direction, channel, settings }: CheckAnswer,
  grants: Gate['grants'],
): Promise<boolean> {
  const token = storable(grant);
  if (token === null || phone === null || decision !== 'BLOCK' || direction !== 'OUTBOUND' || channel !== 'SMS')
    return false;
  // As whoever opted out is known: by a short code too, or by the text that came as the sender (R2.3).
  const listable = parseListable(phone, {
    defaultCountry: settings.defaultCountry as CountryCode,
    acceptsSenders: false,
    keepAsReceived: true,
  });
  // Not to be told whether it holds is not to have it.
  return listable.ok && grants.use(environmentId, token, listable.key).catch(() => false);
}

function attemptOf(
  viewer: Viewer,
  { phone, dialingMode }: AuthorizeInput,
  { keys, direction, channel, decision, reasons, campaign }: CheckAnswer,
  { agent, messageType, grantUsed }: Pick<NewAttempt, 'agent' | 'messageType' | 'grantUsed'>,
): NewAttempt {
  return {
    id: randomUUID(),
    environmentId: viewer.environmentId,
    at: new Date().toISOString(),
    phone: phoneOf(keys, phone),
    direction,
    channel,
    dialingMode,
    campaignId: campaign?.id ?? null,
    messageType,
    decision,
    reasons: reasons.map(({ code }) => code).filter((code, n, all) => all.indexOf(code) === n),
    listIds: reasons.flatMap((reason) => (reason.code === 'LISTED' ? [reason.listId] : [])),
    grantUsed,
    actor: actorOf(viewer),
    agent,
  };
}
