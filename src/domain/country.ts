import { isSupportedCountry } from 'libphonenumber-js/max';
import { problem, UserProblemError } from './user-problem.ts';

/** A country by which numbers without one can be read, as two capital letters. @throws UserProblemError that points at `path` */
export function readCountry(text: string, path: string): string {
  const country = text.trim().toUpperCase();
  if (/^[A-Z]{2}$/.test(country) && isSupportedCountry(country)) return country;
  throw new UserProblemError(
    problem(
      'INVALID_VALUE',
      path,
      'defaultCountry is a country with telephone numbers of its own, as its two letters of ISO 3166, for example US or DE.',
    ),
  );
}
