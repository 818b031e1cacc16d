import { blockBit, blockMask, type Lists } from '../../suppression-index/block-mask.ts';
import type { EnvironmentIndex } from '../../suppression-index/environment-index.ts';
import type { VerdictSource } from '../../suppression-index/verdict.ts';
import type { Settings } from '../settings.ts';
import type { Contact } from './check-answer.ts';
import type { ReadNumber } from './read-number.ts';

/** A number that isn't simply allowed, with the facts of its keys at the batch's one position. */
export interface Suspect {
  readonly place: number;
  readonly read: ReadNumber;
  readonly facts: readonly string[];
}

/**
 * One synchronous pass over the index, so that all look-ups are of one position. It only finds whom to look at and takes
 * their facts, since nothing else of the server runs meanwhile; what these facts mean is worked out afterwards.
 */
export function findSuspects(
  index: EnvironmentIndex,
  read: readonly ReadNumber[],
  { direction, channel }: Contact,
): Suspect[] {
  const bit = blockBit(direction, channel);
  const suspects: Suspect[] = [];
  for (let place = 0; place < read.length; place += 1) {
    const number = read[place]!;
    const isPlain = number.number?.ok && number.otherKeys.length === 0;
    if (isPlain && (index.blockMask(number.keys[0]!) & bit) === 0) continue;
    suspects.push({ place, read: number, facts: number.keys.map((key) => index.facts(key)) });
  }
  return suspects;
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
