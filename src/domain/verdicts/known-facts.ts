import { blockMask, type Lists } from '../../suppression-index/block-mask.ts';
import type { VerdictSource } from '../../suppression-index/verdict.ts';
import type { Settings } from '../settings.ts';

/** The facts of a few keys as a source of verdicts, with the lists and settings that held with them. */
export function knownFacts(facts: ReadonlyMap<string, string>, lists: Lists, settings: Settings): VerdictSource {
  const factsOf = (key: string) => facts.get(key) ?? '';
  return { facts: factsOf, blockMask: (key) => blockMask(factsOf(key), lists, settings), lists, settings };
}
