/**
 * Four digits or more with at most three signs between any two of them: what could be a number, or enough of one.
 * Letters end a run, so "12 calls, 3 texts" stays readable.
 */
const HIDDEN_DIGITS = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){3,}/gu;

/** The same as a pattern of PostgreSQL. It knows ASCII digits; whoever searches with others finds none of them. */
export const HIDDEN_DIGITS_SQL = '[0-9]([^[:alpha:]0-9]{0,3}[0-9]){3,}';

/** Free text for people who see masked numbers: no run of digits in it that could be one (P2.9). */
export function withoutNumbers(text: string): string {
  return text.replace(HIDDEN_DIGITS, '•••');
}
