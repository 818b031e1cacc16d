import type { Settings } from '../settings.ts';
import type { Grant } from './grants.ts';
import { helpReply, resubscribedReply, unsubscribedReply } from './replies.ts';
import type { MessageUnderstanding } from './understand-message.ts';

/** What to answer the contact, word for word. */
export interface MessageReply {
  readonly text: string;
  /** Lets it pass the gate in spite of the opt-out that it confirms; the other replies pass or not like any text. */
  readonly grant: Grant | null;
}

export interface Answerable {
  readonly effect: 'LISTED' | 'SUPERSEDED' | 'LIFTED' | 'NOT_NEWER' | 'NONE';
  readonly meaning: MessageUnderstanding['meaning'];
  /** Of an opt-out that is confirmed, while its grant lasts. */
  readonly grant: Grant | null;
  readonly areTextsBlocked: boolean;
  /** The sender is on SPAM, or this node can't tell. */
  readonly isInboundBlocked: boolean;
  readonly settings: Pick<Settings, 'businessName' | 'helpText'>;
}

/**
 * R4.5, seed 003. An opt-out is confirmed the first time, a START as long as nothing else blocks texts. HELP is answered
 * also to those who opted out: it is what they asked for; but not to SPAM, of which nothing is taken but an opt-out (R4.7).
 */
export function replyTo(asked: Answerable): MessageReply | null {
  const { effect, meaning, grant, areTextsBlocked, settings } = asked;
  // Not blocked any more: they have opted in again since this message, which a carrier has sent a second time.
  if (effect === 'LISTED') return grant && areTextsBlocked ? { text: unsubscribedReply, grant } : null;
  if (effect === 'LIFTED')
    return areTextsBlocked ? null : { text: resubscribedReply(settings.businessName), grant: null };
  if (meaning === 'HELP' && !asked.isInboundBlocked) return { text: helpReply(settings), grant: null };
  return null;
}
