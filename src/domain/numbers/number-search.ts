import { plainText } from './plain-text.ts';

/** Digits to look for in E.164 numbers. Anchored: the number begins with `+` and them; else it contains them. */
export interface NumberSearch {
  readonly digits: string;
  readonly anchored: boolean;
}

export interface SearchProblem {
  readonly code: 'NOTHING_TO_SEARCH' | 'TOO_MANY_DIGITS' | 'LETTERS';
  readonly message: string;
  readonly remedy: string;
}

export type ParsedSearch =
  | { readonly ok: true; readonly search: NumberSearch }
  | { readonly ok: false; readonly problem: SearchProblem };

const remedy = 'Type some digits of the number, such as 4567, or its beginning with a plus, such as +1 415.';
const MOST_DIGITS = 15;

/**
 * What an operator types to find part of a number: `(415) 123`, `4567`, full-width digits; `+1 415` finds numbers that
 * begin so. Letters are refused rather than dropped: the answer would be to another question.
 */
export function searchDigits(text: string): ParsedSearch {
  const plain = plainText(text);
  if (plain === null) return refused('TOO_MANY_DIGITS', 'A phone number has at most 15 digits.');
  if (/(?!\u30fc)\p{L}/u.test(plain)) return refused('LETTERS', 'Phone numbers are searched by their digits.');
  const digits = plain.replace(/\D/g, '');
  if (digits === '') return refused('NOTHING_TO_SEARCH', 'There is no digit to search for.');
  if (digits.length > MOST_DIGITS) return refused('TOO_MANY_DIGITS', 'A phone number has at most 15 digits.');
  return { ok: true, search: { digits, anchored: /^[^\d]*\+/.test(plain) } };
}

function refused(code: SearchProblem['code'], message: string): ParsedSearch {
  return { ok: false, problem: { code, message, remedy } };
}
