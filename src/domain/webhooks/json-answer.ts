import type { ReceivedMessage } from '../messages/receive-message.ts';

/** What a GENERIC endpoint answers: the same facts as the payload of receiveMessage, without what costs a look-up. */
export function jsonAnswer(received: ReceivedMessage): { mediaType: string; body: string } {
  const { understood, effect, reply, inbound, textsBlockedBy } = received;
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
  };
  return { mediaType: 'application/json; charset=utf-8', body: JSON.stringify(answer) };
}
