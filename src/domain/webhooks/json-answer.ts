import type { GenericMessage } from '../messages/carriers/generic.ts';
import type { ReceivedMessage } from '../messages/receive-message.ts';

/** What was taken in spite of it, and should be known. */
const warnings = {
  UNREADABLE_TIME:
    'receivedAt could not be read, so the message counts as received now: send ISO 8601 with its offset, RFC 2822, or seconds or milliseconds since 1970.',
  UNKNOWN_CAMPAIGN: 'There is no such campaign, or it is archived: only the phrases of the environment counted.',
  KEPT_AS_RECEIVED:
    'from is no number that can be read: it was kept, and an opt-out listed, exactly as it came; ask before each contact with the same spelling.',
  TEXT_CUT: 'The text has more than 10,000 characters: its beginning was read and kept.',
} as const;

/** What a GENERIC endpoint answers: the same facts as the payload of receiveMessage, without what costs a look-up. */
export function jsonAnswer(
  received: ReceivedMessage,
  { isTimeUnread }: Pick<GenericMessage, 'isTimeUnread'>,
): { mediaType: string; body: string } {
  const { understood, effect, reply, inbound, textsBlockedBy } = received;
  const codes = [
    ...(isTimeUnread ? (['UNREADABLE_TIME'] as const) : []),
    ...(received.isCampaignUnknown ? (['UNKNOWN_CAMPAIGN'] as const) : []),
    ...(received.isKeptAsReceived ? (['KEPT_AS_RECEIVED'] as const) : []),
    ...(received.isCut ? (['TEXT_CUT'] as const) : []),
  ];
  const answer = {
    meaning: understood.meaning,
    certainty: understood.certainty,
    effect,
    isDuplicate: received.isDuplicate,
    isExternalIdReused: received.isExternalIdReused,
    // Whether the sender is on SPAM: then nobody need see the message.
    isInboundBlocked: inbound.decision === 'BLOCK',
    stillBlockedBy: textsBlockedBy.map(({ key }) => key),
    reply: reply && {
      text: reply.text,
      grant: reply.grant?.token ?? null,
      grantExpiresAt: reply.grant?.expiresAt.toISOString() ?? null,
    },
    warnings: codes.map((code) => ({ code, message: warnings[code] })),
  };
  return { mediaType: 'application/json; charset=utf-8', body: JSON.stringify(answer) };
}
