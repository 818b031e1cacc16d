import type { MessageWord } from './message-words.ts';
import { messageWords } from './message-words.ts';

/** 47 CFR 64.1200(a)(10): a reply of one of these ends the consent, whatever a business would prefer (R4.2). */
export const legalOptOutKeywords = ['STOP', 'QUIT', 'END', 'REVOKE', 'OPT OUT', 'CANCEL', 'UNSUBSCRIBE'] as const;

/** R4.2. Keywords of other carriers and peers beside the legal seven; an environment may do without them. */
export const usualOptOutKeywords = ['STOPALL', 'STOP ALL', 'OPT-OUT', 'OPTOUT', 'REMOVE'] as const;

/** R4.3 and R4.5. */
export const optInKeywords = ['START', 'UNSTOP', 'YES'] as const;
export const helpKeywords = ['HELP', 'INFO'] as const;

/** An environment's own choice (R4.2). What it would remove of the legal seven stays. */
export interface KeywordSettings {
  /** In any language; each may have several words. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

export type KeywordProblem = 'EMPTY' | 'TOO_LONG' | 'HAS_A_MEANING' | 'REQUIRED_BY_LAW' | 'NEVER_HEARD';
const LONGEST = 40;

/** Why this can't be an opt-out keyword of an environment, or null. */
export function addedKeywordProblem(keyword: string): KeywordProblem | null {
  const words = folded(keyword);
  if (words === '') return 'EMPTY';
  if (keyword.length > LONGEST) return 'TOO_LONG';
  if (words.split(' ').every((word) => POLITE.has(word))) return 'NEVER_HEARD';
  return has([...optInKeywords, ...helpKeywords], words) ? 'HAS_A_MEANING' : null;
}

/** Why an environment can't do without this keyword, or null (R4.2). */
export function removedKeywordProblem(keyword: string): KeywordProblem | null {
  return has(legalOptOutKeywords, folded(keyword)) ? 'REQUIRED_BY_LAW' : null;
}

function has(keywords: readonly string[], words: string): boolean {
  return keywords.some((keyword) => folded(keyword) === words);
}

/** The keywords that hold in an environment: make them once, read many messages. */
export class Keywords {
  readonly #optOut: ReadonlySet<string>;
  readonly #removed: ReadonlySet<string>;
  readonly #meaning = new Map<string, KeywordMeaning>();
  readonly #longest: number;

  constructor({ added = [], removed = [] }: KeywordSettings = {}) {
    const gone = new Set(removed.map(folded));
    const own = added.filter((keyword) => !addedKeywordProblem(keyword)).map(folded);
    const usual = usualOptOutKeywords.map(folded).filter((keyword) => !gone.has(keyword));
    this.#optOut = new Set([...legalOptOutKeywords.map(folded), ...usual, ...own]);
    this.#removed = new Set([...gone].filter((keyword) => !this.#optOut.has(keyword)));
    for (const keyword of optInKeywords) this.#meaning.set(folded(keyword), 'OPT_IN');
    for (const keyword of helpKeywords) this.#meaning.set(folded(keyword), 'HELP');
    for (const keyword of this.#optOut) this.#meaning.set(keyword, 'OPT_OUT');
    this.#longest = Math.max(...[...this.#meaning.keys()].map((keyword) => keyword.split(' ').length));
  }

  /**
   * What a message of nothing but keywords means, else null. Punctuation, pictures, capitals and "please" don't count. With
   * both an opt-in and an opt-out it is an opt-out (R4.3).
   */
  meaningOf(words: readonly MessageWord[], raw: string): KeywordMeaning | null {
    const said = spoken(words);
    if (said.length === 0 || said.length > MOST_WORDS) return null;
    const meanings = this.#meanings(said);
    if (!meanings) return null;
    if (meanings.includes('OPT_OUT')) return 'OPT_OUT';
    if (meanings.length > 1) return null;
    return meanings[0] === 'HELP' || isAlone(raw) ? meanings[0]! : null;
  }

  /** Whether the message is one that the environment does without: then no sentence is looked for in it either. */
  isRemoved(words: readonly MessageWord[]): boolean {
    return this.#removed.has(spoken(words).join(' '));
  }

  #meanings(said: readonly string[]): KeywordMeaning[] | null {
    const meanings: KeywordMeaning[] = [];
    for (let at = 0; at < said.length; ) {
      let count = Math.min(this.#longest, said.length - at);
      while (count > 0 && !this.#meaning.has(said.slice(at, at + count).join(' '))) count -= 1;
      if (count === 0) return null;
      meanings.push(this.#meaning.get(said.slice(at, at + count).join(' '))!);
      at += count;
    }
    return meanings;
  }
}

export type KeywordMeaning = 'OPT_OUT' | 'OPT_IN' | 'HELP';

/** A message of more words than this is no list of keywords. */
const MOST_WORDS = 20;
const POLITE = new Set('please pls plz plse pleas por favor porfavor porfa'.split(' '));

function spoken(words: readonly MessageWord[]): string[] {
  return words.filter(({ isSign, text }) => !isSign && !POLITE.has(text)).map(({ text }) => text);
}

/** START, UNSTOP, YES act as the whole message, case and outer punctuation aside, and in no other form (R4.3). */
function isAlone(raw: string): boolean {
  const bare = raw.normalize('NFKC').replace(/^[\p{P}\s\p{Cf}]+|[\p{P}\s\p{Cf}]+$/gu, '');
  return optInKeywords.some((keyword) => keyword === bare.toUpperCase());
}

function folded(keyword: string): string {
  return messageWords(keyword)
    .filter(({ isSign }) => !isSign)
    .map(({ text }) => text)
    .join(' ');
}
