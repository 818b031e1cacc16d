import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { EndpointKind } from './endpoint-row.ts';

/** Shorter ones are guessed. */
const SHORTEST_SECRET = 16;
const LONGEST_SECRET = 200;
const LONGEST_URL = 1_000;

/** A secret as a carrier shows it: letters, digits and signs without blanks. @throws UserProblemError */
export function readSecret(text: string): string {
  const secret = text.trim();
  if (secret.length >= SHORTEST_SECRET && secret.length <= LONGEST_SECRET && /^[\x21-\x7e]+$/.test(secret))
    return secret;
  const sentence = `A secret has ${SHORTEST_SECRET} to ${LONGEST_SECRET} letters, digits and signs without blanks.`;
  throw new UserProblemError(problem('INVALID_VALUE', 'input.secret', sentence));
}

/** The whole address that a carrier calls; '' is none. @throws UserProblemError */
export function readPublicUrl(text: string): string | null {
  const given = storable(text);
  if (given === null) return null;
  const url = URL.canParse(given) && given.length <= LONGEST_URL ? new URL(given) : null;
  // As it was given, and not as URL writes it: a signature is over every character.
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '')
    return given;
  throw new UserProblemError(
    problem(
      'INVALID_VALUE',
      'input.publicUrl',
      `A publicUrl is the whole address that the carrier calls, such as https://sms.example.com/hooks/42: http or https, at most ${LONGEST_URL} characters, without a user name, a password or a #.`,
    ),
  );
}

/** @throws UserProblemError for a kind that knows nothing of the kind */
export function readCarrierAnswers(kind: EndpointKind, asked: boolean | null | undefined): boolean {
  if (kind === 'GENERIC' && asked)
    throw new UserProblemError(
      problem(
        'INVALID_VALUE',
        'input.carrierAnswers',
        'Only TWILIO says which messages it has answered itself: leave carrierAnswers out, and ignore the reply of an answer that you do not need.',
      ),
    );
  return asked ?? kind === 'TWILIO';
}
