import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Clock, systemClock } from '../clock.ts';
import { IssuerUnreachableError } from './issuer-unreachable-error.ts';
import { type PersonClaims, readPersonClaims } from './person-claims.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

/** Algorithms for a shared secret, with the bytes that it needs at least (RFC 7518, 3.2). */
export const secretAlgorithms = { HS256: 32, HS384: 48, HS512: 64 } as const;
/** Algorithms for a JWKS URL. Never mixed with the others: a public key must not be usable as a secret (RFC 8725, 2.1). */
export const jwksAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as readonly string[];

/** Longest token that is looked at, characters. */
export const maxTokenLength = 8_192;

/** How to recognise the tokens of the operator's own issuer: exactly one algorithm, and a JWKS URL or a secret. */
export interface PersonTokenOptions {
  readonly algorithm: string;
  readonly jwksUrl?: string | undefined;
  readonly secret?: string | undefined;
  /** Checked when given. */
  readonly issuer?: string | undefined;
  /** Checked when given. */
  readonly audience?: string | undefined;
  readonly clock?: Clock | undefined;
}

export interface PersonToken extends PersonClaims {
  readonly expiresAt: Date;
}

/**
 * Builds the check of a person's token: signature, one algorithm, issuer, audience, `nbf`, and `exp` without tolerance (P2.8).
 * The built function throws UnauthenticatedError for a token that isn't acceptable and IssuerUnreachableError when the
 * JWKS can't be read.
 * @throws TypeError when the options contradict each other.
 */
export function createTokenVerifier(options: PersonTokenOptions): (token: string) => Promise<PersonToken> {
  const { algorithm, issuer, audience, clock = systemClock } = options;
  const findKey = keySource(options);
  // jose takes an empty text for "don't check", which nobody who configures one can mean.
  if (issuer === '' || audience === '') throw new TypeError('An issuer or audience, when given, is not empty.');

  return async (token) => {
    if (token.length > maxTokenLength) {
      throw new UnauthenticatedError(`The token is longer than ${maxTokenLength} characters.`);
    }
    const now = clock.wall();
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, findKey, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 0,
        currentDate: new Date(now),
      }));
    } catch (error) {
      throw refusal(error);
    }
    // jose compares whole seconds; the last second of a fractional exp would pass there.
    const expiresAt = new Date(payload.exp! * 1000);
    if (!(expiresAt.getTime() > now)) throw expired();
    return { ...readPersonClaims(payload), expiresAt };
  };
}

function keySource({ algorithm, jwksUrl, secret }: PersonTokenOptions): JWTVerifyGetKey {
  if ((jwksUrl === undefined) === (secret === undefined)) throw new TypeError('Give a JWKS URL or a secret, not both.');
  if (jwksUrl !== undefined) {
    if (!jwksAlgorithms.includes(algorithm)) throw new TypeError(`With a JWKS URL: ${jwksAlgorithms.join(', ')}.`);
    // The cooldown keeps tokens with made-up key ids from making this server call the issuer each time.
    return createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: 30_000, timeoutDuration: 5_000 });
  }
  const needed = Object.entries(secretAlgorithms).find(([name]) => name === algorithm)?.[1];
  if (needed === undefined) throw new TypeError(`With a secret: ${Object.keys(secretAlgorithms).join(', ')}.`);
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < needed) throw new TypeError(`A secret for ${algorithm} needs at least ${needed} bytes.`);
  return () => Promise.resolve(bytes);
}

/** jose's errors in words for whoever sent the token; claims are only spoken of once the signature was right. */
function refusal(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new UnauthenticatedError(`The token's claim ${error.claim} is missing or not what this server expects.`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new UnauthenticatedError('The token is signed with an algorithm that this server does not accept.');
  }
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return new UnauthenticatedError('The token is malformed, or not signed by the issuer that this server trusts.');
  }
  return new IssuerUnreachableError(error);
}

function expired(): UnauthenticatedError {
  return new UnauthenticatedError('The token has expired.');
}
