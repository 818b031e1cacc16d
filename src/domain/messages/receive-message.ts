import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Committed } from '../../changes/change-log.ts';
import type { WordOutcome } from '../../changes/write-call.ts';
import { findCampaign } from '../campaigns/find-campaign.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { storable } from '../text-limits.ts';
import type { Verdicts } from '../verdicts/check.ts';
import type { CheckAnswer } from '../verdicts/check-answer.ts';
import type { InboundMessage } from './carriers/inbound-message.ts';
import type { Grants } from './grants.ts';
import { type BlockingList, entriesOfOptOut, optOutSource, textsBlockedBy } from './listing.ts';
import { doorOf, type MessageDoor } from './message-door.ts';
import { readInbound } from './read-inbound.ts';
import { type MessageReply, replyTo } from './reply-to.ts';
import { type TakenInput, type TakingServices, takeMessage } from './take-message.ts';
import type { MessageUnderstanding } from './understand-message.ts';

export interface ReceiveMessageInput extends InboundMessage, TakenInput {
  /** The key of the campaign that it answers, whose phrases count too. */
  readonly campaign?: string | null;
  /** The carrier has answered it itself: there is nothing to reply, and nothing is granted. */
  readonly isAnswered?: boolean;
}

export interface MessageServices extends TakingServices {
  readonly verdicts: Pick<Verdicts, 'check'>;
  readonly grants: Grants;
  settings(environmentId: number): Promise<Settings>;
}

export type MessageEffect = WordOutcome['effect'] | 'NOT_LISTED';

export type ReceivedMessage = Committed<{
  readonly messageId: string;
  readonly understood: MessageUnderstanding;
  readonly effect: MessageEffect;
  /** Of an opt-out those that stand for it; of an opt-in those that it lifted. */
  readonly entryIds: readonly string[];
  /** Lists that block texts to the sender now. */
  readonly textsBlockedBy: readonly BlockingList[];
  readonly reply: MessageReply | null;
  /** May it be shown to anybody, or is its sender on SPAM (R4.7)? */
  readonly inbound: CheckAnswer;
  readonly isDuplicate: boolean;
  readonly isExternalIdReused: boolean;
  /** Why the sender can't be listed. */
  readonly problem: NumberProblem | null;
  /** The sender is no number that can be read: it is listed and matched as it came (R2.3). */
  readonly isKeptAsReceived: boolean;
  readonly isCut: boolean;
  readonly isCampaignUnknown: boolean;
  readonly position: number;
}>;

/** @throws UserProblemError, ForbiddenError, UnauthenticatedError, OverloadedError, UnknownOutcomeError */
export async function receiveFromCaller(
  viewer: Viewer,
  input: ReceiveMessageInput,
  services: MessageServices,
): Promise<ReceivedMessage> {
  requirePermission(viewer, 'message:receive');
  return receiveMessage(doorOf(viewer), input, services);
}

/**
 * Takes an inbound message and does what it asks for (R4): lists, lifts, or neither. Answers when that is durable, and
 * the same again for a message that was taken before.
 * @throws UserProblemError, OverloadedError, UnknownOutcomeError
 */
export async function receiveMessage(
  door: MessageDoor,
  input: ReceiveMessageInput,
  services: MessageServices,
): Promise<ReceivedMessage> {
  const { environmentId } = door;
  const settings = await services.settings(environmentId);
  const message = readInbound(input, { settings, now: new Date() });
  const campaignKey = storable(input.campaign);
  const campaign = campaignKey === null ? null : await findCampaign(services.sql, environmentId, campaignKey);
  const ask = () => services.verdicts.check(door, { phone: input.from, direction: 'INBOUND', channel: 'SMS' });
  const taking = { door, input, message, settings, campaign, ask };
  const { outcome, understood, inbound } = await takeMessage(taking, services);
  const word = outcome.word!;
  const { key, problem, isAsReceived } = message.sender;
  const entryIds =
    word.effect === 'LISTED'
      ? await entriesOfOptOut(services.sql, environmentId, key, optOutSource(understood))
      : outcome.rows.flatMap((row) => row?.entryId ?? []);
  const blockedBy = await textsBlockedBy(services.sql, environmentId, key);
  const answerable = {
    effect: word.effect,
    meaning: understood.meaning,
    grant: word.isConfirmed ? await services.grants.find(environmentId, word.id) : null,
    areTextsBlocked: blockedBy.length > 0,
    isInboundBlocked: inbound.decision === 'BLOCK',
    settings,
  };
  return {
    messageId: word.id,
    understood,
    effect: understood.meaning === 'OPT_OUT' && word.effect === 'NONE' ? 'NOT_LISTED' : word.effect,
    entryIds,
    textsBlockedBy: blockedBy,
    reply: input.isAnswered ? null : replyTo(answerable),
    inbound,
    isDuplicate: !word.isNew,
    isExternalIdReused: word.isIdReused,
    problem,
    isKeptAsReceived: isAsReceived,
    isCut: message.isCut,
    isCampaignUnknown: campaignKey !== null && campaign === null,
    position: outcome.position,
    isEnforcedHere: outcome.isEnforcedHere,
  };
}
