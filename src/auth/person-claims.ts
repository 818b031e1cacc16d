import { z } from 'zod';
import { type Role, roles } from './permissions.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** What a person's token says. */
export interface PersonClaims {
  /** `sub`: who it is, unique at the issuer, at most 255 characters. */
  readonly sub: string;
  /** `account`: a JSON string is the account's name, a JSON number its id. Never guessed: an account may be named "12". */
  readonly account: string | number;
  /** `environment`: the environment's key, such as production. */
  readonly environment: string;
  /** `role`: one of the seven roles. */
  readonly role: Role;
  /** `name`: for people to read; optional, cut to 200 characters. */
  readonly name?: string | undefined;
}

// A control character is no part of a name, and PostgreSQL refuses NUL with an error of its own.
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}+$/u);

const claims = z.object({
  sub: text(255),
  account: z.union([text(255), z.number().int().min(1).max(2_147_483_647)]),
  environment: text(255),
  role: z.enum(roles),
});

const wanted: Record<keyof z.infer<typeof claims>, string> = {
  sub: 'who it is, a text of at most 255 characters',
  account: "the account's name (a text) or id (a number)",
  environment: "the environment's key, such as production",
  role: `one of ${roles.join(', ')}`,
};

/**
 * Reads the claims of a token whose signature was checked.
 * @throws UnauthenticatedError that names the first claim that isn't usable and what it may be, without its value.
 */
export function readPersonClaims(payload: Readonly<Record<string, unknown>>): PersonClaims {
  const read = claims.safeParse(payload);
  if (!read.success) {
    const claim = read.error.issues[0]!.path[0] as keyof typeof wanted;
    throw new UnauthenticatedError(`The token needs the claim ${claim}: ${wanted[claim]}.`);
  }
  const name =
    typeof payload.name === 'string'
      ? payload.name
          .replace(/\p{Cc}/gu, ' ')
          .trim()
          .slice(0, 200)
      : '';
  return { ...read.data, name: name || undefined };
}
