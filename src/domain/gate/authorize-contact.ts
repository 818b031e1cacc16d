import { randomUUID } from 'node:crypto';
import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { type DialingMode, type NewAttempt, phoneOf } from '../attempts/attempt.ts';
import type { Attempts } from '../attempts/attempts.ts';
import { actorOf, type CallerInput, onBehalfOf } from '../caller.ts';
import type { Grants } from '../messages/grants.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { CheckInput, Verdicts } from '../verdicts/check.ts';
import type { CheckAnswer } from '../verdicts/check-answer.ts';
import { assertFittingType } from '../verdicts/consent-standing.ts';

/** A contact that somebody is about to make. */
export interface AuthorizeInput extends CheckInput, Pick<CallerInput, 'onBehalfOf'> {
  readonly dialingMode: DialingMode;
  /** The agent, by the caller's own id. */
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

const LONGEST_AGENT = 200;

/**
 * What is asked right before a contact is made: the verdict, recorded as an attempt before it is answered. The mode and
 * who asks change nothing of the verdict: no path skips the gate.
 * @throws UserProblemError, and what `Verdicts.check` throws: then nothing was asked, and nothing is recorded
 */
export async function authorizeContact(viewer: Viewer, input: AuthorizeInput, gate: Gate): Promise<Authorized> {
  requirePermission(viewer, 'contact:authorize');
  const agent = agentOf(viewer, input);
  assertFittingType(input, 'input.messageType');
  const verdict = await gate.verdicts.check(viewer, input);
  const grantUsed = await usesGrant(viewer, input, verdict, gate.grants);
  const answer: CheckAnswer = grantUsed ? { ...verdict, decision: 'ALLOW' } : verdict;
  const attempt = attemptOf(viewer, input, answer, { agent, grantUsed });
  await gate.attempts.record(attempt);
  return { answer, attemptId: attempt.id, grantUsed };
}

/** R4.5: whatever else blocks the text, a server that isn't up to date too; the grant itself is asked of the database. */
async function usesGrant(
  { environmentId }: Viewer,
  { grant }: AuthorizeInput,
  { decision, direction, channel, number }: CheckAnswer,
  grants: Gate['grants'],
): Promise<boolean> {
  if (!grant || decision !== 'BLOCK' || direction !== 'OUTBOUND' || channel !== 'SMS' || !number?.ok) return false;
  // Not to be told whether it holds is not to have it.
  return grants.use(environmentId, grant, number.e164).catch(() => false);
}

function attemptOf(
  viewer: Viewer,
  { phone, dialingMode, messageType = null }: AuthorizeInput,
  { keys, direction, channel, decision, reasons, campaign }: CheckAnswer,
  { agent, grantUsed }: Pick<NewAttempt, 'agent' | 'grantUsed'>,
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

/** As the caller names them; else whose token it is. */
function agentOf(viewer: Viewer, input: AuthorizeInput): string | null {
  const behalf = onBehalfOf(input);
  const agent = storable(input.agent) ?? storable(behalf?.id);
  if (agent === null) return viewer.kind === 'PERSON' ? viewer.subject.slice('person:'.length) : null;
  if (agent.length <= LONGEST_AGENT) return agent;
  const message = `The id of an agent has at most ${LONGEST_AGENT} characters, and this one has ${agent.length}.`;
  throw new UserProblemError(problem('TOO_LONG', 'input.agent', message));
}
