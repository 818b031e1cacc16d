import type { MessageWord } from '../message-words.ts';
import { isSpanish, symbolNamed, symbolOf, UNKNOWN } from './vocabulary.ts';

export type MessageLanguage = 'en' | 'es';

/** Both languages have these. */
const IN_BOTH = new Set(['no', 'me', 'a', 'y', 'stop', 'sms', 'alto', 'para'].map(symbolNamed));
const ENOUGH = 60;

/** The language that most of the known words are of; null when none is. */
export function languageOf(words: readonly MessageWord[]): MessageLanguage | null {
  let balance = 0;
  let known = 0;
  for (const { text, isSign } of words) {
    if (isSign) continue;
    const symbol = symbolOf(text);
    if (symbol <= UNKNOWN || /^\d/.test(text)) continue;
    known += 1;
    if (known > ENOUGH) break;
    if (isSpanish(symbol)) balance += 1;
    else if (!IN_BOTH.has(symbol)) balance -= 1;
  }
  if (known === 0) return null;
  return balance > 0 ? 'es' : 'en';
}
