import { findBusinessName } from './business-name.ts';
import { type Disclosure, disclosurePatterns, typesOfMessage } from './disclosure-patterns.ts';
import { plainLetters } from './plain-letters.ts';

/** What a first text to somebody must say (seed 003), in the order in which the seed lists it. */
export const disclosures: readonly Disclosure[] = ['BUSINESS_NAME', 'MESSAGE_TYPES', 'OPT_OUT', 'FREQUENCY', 'RATES'];

export interface DisclosureFound {
  readonly disclosure: Disclosure;
  /** The words that make it, as they stand in the text; null when it is missing. */
  readonly words: string | null;
}

export interface FirstMessageCheck {
  readonly found: readonly DisclosureFound[];
  readonly missing: readonly Disclosure[];
}

/** A text of ten segments is far below this; what stands behind it nobody reads. */
const LONGEST = 2_000;

/**
 * Which disclosures a first message makes and which it lacks. With the business's own name that name is looked for;
 * without it, any way of saying who writes counts.
 */
export function checkFirstMessage(
  text: string,
  options: { readonly businessName?: string | null } = {},
): FirstMessageCheck {
  const raw = text.slice(0, LONGEST);
  const plain = plainLetters(raw);
  const wordsOf = (disclosure: Disclosure): string | null => {
    const place =
      disclosure === 'BUSINESS_NAME'
        ? findBusinessName(plain, options.businessName ?? null)
        : disclosure === 'MESSAGE_TYPES'
          ? typesOfMessage(plain)
          : firstMatch(plain, disclosurePatterns[disclosure]);
    return place && raw.slice(place.start, place.end).trim();
  };
  const found = disclosures.map((disclosure) => ({ disclosure, words: wordsOf(disclosure) }));
  return { found, missing: found.filter(({ words }) => words === null).map(({ disclosure }) => disclosure) };
}

function firstMatch(plain: string, patterns: readonly RegExp[]): { start: number; end: number } | null {
  for (const pattern of patterns) {
    const match = pattern.exec(plain);
    if (match) return { start: match.index, end: match.index + match[0].length };
  }
  return null;
}
