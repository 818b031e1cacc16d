import { type MessageWord, messageWords } from './message-words.ts';

/** Where one of these phrases stands in a message, whatever its case, accents and punctuation; null when none does. */
export function findPhrase(
  words: readonly MessageWord[],
  phrases: readonly string[],
): { readonly start: number; readonly end: number } | null {
  if (phrases.length === 0) return null;
  const said = words.filter(({ isSign }) => !isSign);
  for (const phrase of phrases) {
    const wanted = messageWords(phrase).filter(({ isSign }) => !isSign);
    if (wanted.length === 0) continue;
    for (let at = 0; at + wanted.length <= said.length; at += 1) {
      if (!wanted.every(({ text }, index) => said[at + index]!.text === text)) continue;
      return { start: said[at]!.start, end: said[at + wanted.length - 1]!.end };
    }
  }
  return null;
}
