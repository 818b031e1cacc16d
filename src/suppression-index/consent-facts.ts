import type { MessageType } from '../domain/consents/consent.ts';

/**
 * What a number's consents to texts are good for, as the SQL function consent_facts states it: `c` and a sum of
 * 1 conversations by implied consent (of a thread, with one business number), 2 conversations, 4 transactional,
 * 8 promotional texts; '' for nothing.
 */
const FACTS = /^(?:c(1[0-5]|[1-9]))?$/;

const bits: Readonly<Record<MessageType, number>> = { CONVERSATIONAL: 3, TRANSACTIONAL: 4, PROMOTIONAL: 8 };
const THREAD = 1;

/** @throws Error for what this release can't read */
export function parseConsentFacts(facts: string): number {
  const match = FACTS.exec(facts);
  if (!match) throw new Error('not the facts of a consent');
  return Number(match[1] ?? 0);
}

/** YES; THREAD: only in a conversation that the person began, with the business number that they wrote to; NO. */
export type Sufficiency = 'YES' | 'THREAD' | 'NO';

export function sufficiency(mask: number, type: MessageType): Sufficiency {
  const held = mask & bits[type];
  if (held === 0) return 'NO';
  return held === THREAD ? 'THREAD' : 'YES';
}
