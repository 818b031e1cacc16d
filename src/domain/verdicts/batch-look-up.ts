import { blockBit, blockMask, type Lists } from '../../suppression-index/block-mask.ts';
import { sufficiency } from '../../suppression-index/consent-facts.ts';
import type { EnvironmentIndex } from '../../suppression-index/environment-index.ts';
import type { VerdictSource } from '../../suppression-index/verdict.ts';
import type { MessageType } from '../consents/consent.ts';
import type { Settings } from '../settings.ts';
import type { Contact } from './check-answer.ts';
import type { ReadNumber } from './read-number.ts';

/** A number that isn't simply allowed, with the facts of its keys at the batch's one position. */
export interface Suspect {
  readonly place: number;
  readonly read: ReadNumber;
  readonly facts: readonly string[];
  /** It lacks the consent that the environment demands. */
  readonly lacksConsent: boolean;
}

export interface LookedUp {
  readonly suspects: readonly Suspect[];
  /** Places of the readable numbers whose consent doesn't suffice; empty without a message type. */
  readonly withoutConsent: readonly number[];
}

/**
 * One synchronous pass over the index, so that all look-ups are of one position. It only finds whom to look at and takes
 * their facts, since nothing else of the server runs meanwhile; what these facts mean is worked out afterwards.
 */
export function lookUp(
  index: EnvironmentIndex,
  read: readonly ReadNumber[],
  { direction, channel, messageType }: Contact & { readonly messageType?: MessageType | null },
): LookedUp {
  const bit = blockBit(direction, channel);
  const demandsConsent = index.settings.consentEnforcement === 'BLOCK';
  const suspects: Suspect[] = [];
  const withoutConsent: number[] = [];
  for (let place = 0; place < read.length; place += 1) {
    const number = read[place]!;
    const isReadable = number.number?.ok === true;
    const isUnconsented =
      messageType != null && isReadable && sufficiency(index.consents(number.keys[0]!), messageType) === 'NO';
    if (isUnconsented) withoutConsent.push(place);
    const lacksConsent = isUnconsented && demandsConsent;
    const isPlain = isReadable && number.otherKeys.length === 0 && !lacksConsent;
    if (isPlain && (index.blockMask(number.keys[0]!) & bit) === 0) continue;
    suspects.push({ place, read: number, facts: number.keys.map((key) => index.facts(key)), lacksConsent });
  }
  return { suspects, withoutConsent };
}

/** The suspects' facts as sources of verdicts, with the lists and settings of the same position. */
export function suspectSources(lists: Lists, settings: Settings): (suspect: Suspect) => VerdictSource {
  // Fifty thousand numbers have a handful of different facts.
  const masks = new Map<string, number>();
  const maskOf = (facts: string): number => {
    const mask = masks.get(facts) ?? blockMask(facts, lists, settings);
    masks.set(facts, mask);
    return mask;
  };
  return ({ read, facts }) => {
    const factsOf = (key: string) => facts[read.keys.indexOf(key)] ?? '';
    return { facts: factsOf, blockMask: (key) => maskOf(factsOf(key)), lists, settings };
  };
}
