/**
 * The operator's token issuer gave no usable keys, so a person's token could be neither accepted nor refused. Not an
 * UnauthenticatedError: a client that logs its user out over it would be wrong, and trying again is right.
 */
export class IssuerUnreachableError extends Error {
  override readonly name = 'IssuerUnreachableError';
  readonly code = 'ISSUER_UNREACHABLE';

  constructor(cause: unknown) {
    super('The keys of the token issuer could not be read. Try again in a moment.', { cause });
  }
}
