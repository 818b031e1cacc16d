import { messageWords } from '../messages/message-words.ts';
import { isWeakPhrase } from '../messages/weak-words.ts';
import { storable } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';

/** How a contact asks to be left alone, as environments and campaigns configure it. */
export const MAX_PHRASES = 100;
const SHORTEST_PHRASE = 3;
const LONGEST_PHRASE = 200;

/**
 * Phrases that are taken for a request to stop, trimmed, each once.
 * @throws UserProblemError that names each that can't be one, at its place
 */
export function readPhrases(phrases: readonly string[], path: string): string[] {
  if (phrases.length > MAX_PHRASES) throw new UserProblemError(tooMany(phrases.length, MAX_PHRASES, path));
  const texts = phrases.map((phrase) => storable(phrase) ?? '');
  const problems = texts.flatMap((text, n) => phraseProblem(text, `${path}.${n}`) ?? []);
  if (problems.length > 0) throw new UserProblemError(...problems);
  return eachOnce(texts, spoken);
}

function phraseProblem(text: string, path: string): UserProblem | null {
  if (text.length > LONGEST_PHRASE)
    return problem(
      'TOO_LONG',
      path,
      `This phrase has ${text.length} characters and may have ${LONGEST_PHRASE}: shorten it to the words that decide.`,
    );
  const words = spoken(text);
  if (text.length >= SHORTEST_PHRASE && words !== '' && isWeakPhrase(words.split(' ')))
    return problem(
      'INVALID_VALUE',
      path,
      'These words stand in messages that ask for nothing, and whom a phrase puts on the opt-out list staff can not take off it: use the words that make it a request.',
    );
  if (text.length >= SHORTEST_PHRASE && words !== '') return null;
  const message = `A phrase has ${SHORTEST_PHRASE} to ${LONGEST_PHRASE} characters and at least one word: it is found wherever its words stand in a message, whatever the case and punctuation.`;
  return problem('INVALID_VALUE', path, message);
}

/** How a phrase or keyword is compared with what contacts say. */
export function spoken(text: string): string {
  return messageWords(text)
    .filter(({ isSign }) => !isSign)
    .map((word) => word.text)
    .join(' ');
}

/**
 * Keys of a phone menu, each once.
 * @throws UserProblemError
 */
export function readIvrKeys(keys: readonly string[], path: string): string[] {
  const problems = keys.flatMap((key, n) =>
    /^[0-9*#]$/.test(key)
      ? []
      : problem('INVALID_VALUE', `${path}.${n}`, 'A key of a phone menu is a single one of 0 to 9, * and #.'),
  );
  if (problems.length > 0) throw new UserProblemError(...problems.slice(0, MAX_PHRASES));
  return [...new Set(keys)];
}

export function tooMany(count: number, limit: number, path: string): UserProblem {
  return problem('TOO_MANY', path, `At most ${limit} may stand here, and ${count} were given: choose the needed ones.`);
}

/** The first of those that compare equal. */
export function eachOnce(texts: readonly string[], comparable: (text: string) => string): string[] {
  const seen = new Map<string, string>();
  for (const text of texts) if (!seen.has(comparable(text))) seen.set(comparable(text), text);
  return [...seen.values()];
}
