import type { Channel, Direction } from '../../suppression-index/block-mask.ts';
import { sufficiency } from '../../suppression-index/consent-facts.ts';
import { type ConsentLevel, type MessageType, requiredLevel } from '../consents/consent.ts';
import type { ParsedNumber } from '../numbers/phone-number.ts';
import type { Settings } from '../settings.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** What the consent on file is worth for a text of one type (seed 003). */
export interface ConsentStanding {
  readonly messageType: MessageType;
  readonly required: ConsentLevel;
  readonly isSufficient: boolean;
}

/** Where a number's consents to texts are known: an `EnvironmentIndex`, or what the log says of the past. */
export interface ConsentSource {
  /** As consent-facts.ts has it. */
  consents(phone: string): number;
}

/**
 * Whether the number's consents suffice. Consent is the person's to give, so it is looked for under the number alone and
 * never under another reading of the same text.
 * @param inThread whether an implied consent on file is of the conversation that the text belongs to
 */
export function consentStanding(
  number: ParsedNumber | null,
  messageType: MessageType,
  source: ConsentSource,
  inThread: boolean,
): ConsentStanding {
  const held = number?.ok ? sufficiency(source.consents(number.e164), messageType) : 'NO';
  const isSufficient = held === 'YES' || (held === 'THREAD' && inThread);
  return { messageType, required: requiredLevel[messageType], isSufficient };
}

/** What becomes of a text without sufficient consent: nothing, a warning or a block, by the environment's setting. */
export function lackOfConsent(
  number: ParsedNumber | null,
  consent: ConsentStanding | null,
  { consentEnforcement }: Pick<Settings, 'consentEnforcement'>,
): 'NONE' | 'WARNS' | 'BLOCKS' {
  // Who can't be reached at all lacks no consent.
  if (!consent || consent.isSufficient || !number?.ok || consentEnforcement === 'OFF') return 'NONE';
  return consentEnforcement === 'BLOCK' ? 'BLOCKS' : 'WARNS';
}

interface Typed {
  readonly direction: Direction;
  readonly channel: Channel;
  readonly messageType?: MessageType | null;
}

/** A message type asks for the consent of somebody who is texted, which no other contact needs. */
export function hasFittingType({ direction, channel, messageType }: Typed): boolean {
  return !messageType || (direction === 'OUTBOUND' && channel === 'SMS');
}

/** @throws UserProblemError */
export function assertFittingType(contact: Typed, path: string): void {
  if (hasFittingType(contact)) return;
  const message = 'Only an outbound SMS has a message type: leave it out for calls, and for what comes in.';
  throw new UserProblemError(problem('INVALID_VALUE', path, message));
}
