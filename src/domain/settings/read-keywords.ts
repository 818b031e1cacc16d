import { eachOnce, spoken, tooMany } from '../campaigns/opt-out-input.ts';
import {
  addedKeywordProblem,
  helpKeywords,
  Keywords,
  legalOptOutKeywords,
  optInKeywords,
  removedKeywordProblem,
  usualOptOutKeywords,
} from '../messages/keywords.ts';
import { messageWords } from '../messages/message-words.ts';
import { storable } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';

const MAX_KEYWORDS = 100;

/**
 * Opt-out keywords of the environment's own, trimmed, each once (R4.2).
 * @throws UserProblemError that names each that can't be one, at its place
 */
export function readAddedKeywords(keywords: readonly string[], path: string): string[] {
  return readKeywords(keywords, path, addedProblem);
}

/**
 * Usual keywords that the environment does without (R4.2).
 * @throws UserProblemError that names each that must stay, or that is none, at its place
 */
export function readRemovedKeywords(keywords: readonly string[], path: string): string[] {
  return readKeywords(keywords, path, removedProblem);
}

function readKeywords(
  keywords: readonly string[],
  path: string,
  problemOf: (keyword: string, path: string) => UserProblem | null,
): string[] {
  if (keywords.length > MAX_KEYWORDS) throw new UserProblemError(tooMany(keywords.length, MAX_KEYWORDS, path));
  const texts = keywords.map((keyword) => storable(keyword) ?? '');
  const problems = texts.flatMap((text, n) => problemOf(text, `${path}.${n}`) ?? []);
  if (problems.length > 0) throw new UserProblemError(...problems);
  return eachOnce(texts, spoken);
}

function addedProblem(keyword: string, path: string): UserProblem | null {
  switch (addedKeywordProblem(keyword)) {
    case 'EMPTY':
      return problem('INVALID_VALUE', path, 'A keyword has at least one letter or digit.');
    case 'TOO_LONG':
      return problem('TOO_LONG', path, 'A keyword has at most 40 characters: for sentences there is optOutPhrases.');
    case 'NEVER_HEARD':
      return problem(
        'INVALID_VALUE',
        path,
        'Words like "please" are passed over in every message: this one would never be heard.',
      );
    case 'HAS_A_MEANING':
      return problem(
        'REFUSED',
        path,
        `${[...optInKeywords, ...helpKeywords].join(', ')} have a meaning of their own and can't be opt-outs.`,
      );
    default:
      return null;
  }
}

function removedProblem(keyword: string, path: string): UserProblem | null {
  if (removedKeywordProblem(keyword))
    return problem(
      'REFUSED',
      path,
      `${legalOptOutKeywords.join(', ')} end a consent by law (47 CFR 64.1200(a)(10)) and can't be removed.`,
    );
  const meaning = (keywords: Keywords) => keywords.meaningOf(messageWords(keyword), keyword);
  // Whatever would change nothing is a mistake: somebody believes that the word does nothing now.
  if (meaning(usual) === 'OPT_OUT' && meaning(new Keywords({ removed: [keyword] })) !== 'OPT_OUT') return null;
  const removable = usualOptOutKeywords.filter((usual) => !removedKeywordProblem(usual));
  return problem(
    'INVALID_VALUE',
    path,
    `This is no usual opt-out keyword. What can be removed is ${removable.join(', ')}.`,
  );
}

const usual = new Keywords();
