import { createHash } from 'node:crypto';
import type { ContactWord } from '../../changes/write-call.ts';
import type { MessageDoor } from './message-door.ts';
import type { ReadMessage } from './read-inbound.ts';
import type { MessageUnderstanding } from './understand-message.ts';

/** Kept of the words that decided. */
const LONGEST_DECIDING = 1_000;

/** A message as the log weighs it (R4.1). Of one that asks for nothing the text isn't kept: it is nobody's business. */
export function wordOf(
  door: MessageDoor,
  message: ReadMessage,
  understood: MessageUnderstanding,
  { givesConsent }: { readonly givesConsent: boolean },
): ContactWord {
  const { sender, raw, businessNumber, body, externalId, receivedAt } = message;
  const { meaning, via, certainty, rule, decidedBy } = understood;
  const words = decidedBy.map(({ text }) => text).join(' … ');
  return {
    door: door.name,
    ...(door.endpointId === undefined ? {} : { endpointId: door.endpointId }),
    externalId,
    digest: digestOf(message),
    phone: sender.key,
    raw,
    businessNumber,
    body: meaning === 'NONE' ? null : body,
    receivedAt,
    meaning,
    via,
    certainty,
    rule,
    decidedBy: words === '' ? null : words.slice(0, LONGEST_DECIDING).toWellFormed(),
    // R4.5. Who can't be listed isn't told that they were.
    confirms: meaning === 'OPT_OUT' && certainty === 'HIGH' && sender.problem === null,
    consent: givesConsent ? (meaning === 'OPT_IN' ? 'EXPRESS' : 'IMPLIED') : null,
    reporter: door.reporter,
  };
}

/** R4.7: the same id with another sender or text is another message. */
function digestOf({ sender, businessNumber, body }: ReadMessage): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([sender.key, businessNumber, body]))
    .digest();
}
