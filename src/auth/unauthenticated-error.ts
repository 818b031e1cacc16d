/**
 * Nobody can say who is asking: no credential, or one that isn't accepted. The message says why in words that never
 * contain the credential nor tell what exists on this server.
 */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError';
  readonly code = 'UNAUTHENTICATED';
}
