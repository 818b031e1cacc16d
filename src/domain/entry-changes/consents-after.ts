import { parseConsentFacts, sufficiency } from '../../suppression-index/consent-facts.ts';
import { type MessageType, messageTypes } from '../consents/consent.ts';

/** What a number's consents to texts are good for, as of a place in the log (R4.9). */
export interface ConsentsAfter {
  /** The types of texts that they suffice for, the mildest first. */
  readonly sufficesFor: readonly MessageType[];
  /** Conversations only with the business number that the person wrote to. */
  readonly isThreadOnly: boolean;
}

export function consentsAfter(facts: string): ConsentsAfter {
  const mask = parseConsentFacts(facts);
  return {
    sufficesFor: messageTypes.filter((type) => sufficiency(mask, type) !== 'NO'),
    isThreadOnly: sufficiency(mask, 'CONVERSATIONAL') === 'THREAD',
  };
}
