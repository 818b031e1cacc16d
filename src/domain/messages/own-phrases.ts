import { LRUCache } from 'lru-cache';
import { type MessageWord, messageWords } from './message-words.ts';

/** A phrase's words, and for each place how many of its first words stand at its end too (Knuth, Morris, Pratt). */
interface CompiledPhrase {
  readonly words: readonly string[];
  readonly fallback: readonly number[];
}

const REMEMBERED = 10_000;
const compiled = new LRUCache<string, CompiledPhrase>({ max: REMEMBERED });

/**
 * Where one of these phrases stands in a message, whatever its case, accents and punctuation; null when none does. Each word
 * is looked at about once for a phrase, however phrases and message repeat themselves: both are written by others.
 */
export function findPhrase(
  words: readonly MessageWord[],
  phrases: readonly string[],
): { readonly start: number; readonly end: number } | null {
  if (phrases.length === 0) return null;
  const said = words.filter(({ isSign }) => !isSign);
  const present = new Set(said.map(({ text }) => text));
  for (const phrase of phrases) {
    const wanted = compile(phrase);
    if (wanted.words.length === 0 || !wanted.words.every((word) => present.has(word))) continue;
    const end = endOf(wanted, said);
    if (end >= 0) return { start: said[end - wanted.words.length + 1]!.start, end: said[end]!.end };
  }
  return null;
}

/** The place of the phrase's last word; -1 when it isn't there. */
function endOf({ words, fallback }: CompiledPhrase, said: readonly MessageWord[]): number {
  let matched = 0;
  for (const [at, { text }] of said.entries()) {
    while (matched > 0 && words[matched] !== text) matched = fallback[matched - 1]!;
    if (words[matched] === text) matched += 1;
    if (matched === words.length) return at;
  }
  return -1;
}

function compile(phrase: string): CompiledPhrase {
  const known = compiled.get(phrase);
  if (known) return known;
  const words = messageWords(phrase)
    .filter(({ isSign }) => !isSign)
    .map(({ text }) => text);
  const fallback = [0];
  for (let at = 1, matched = 0; at < words.length; at += 1) {
    while (matched > 0 && words[matched] !== words[at]) matched = fallback[matched - 1]!;
    if (words[matched] === words[at]) matched += 1;
    fallback.push(matched);
  }
  const made = { words, fallback };
  compiled.set(phrase, made);
  return made;
}
