const sentences = {
  STALE:
    'This server may have missed the newest opt-outs, so none of these numbers was answered. Try again in a few seconds.',
  NOT_READY:
    'This server is still loading its lists, so none of these numbers was answered. Try again in a few seconds.',
};

/** This node can't vouch for a batch: it fails as a whole, and never as a shorter list of the blocked (R3.3). */
export class VerdictsUnavailableError extends Error {
  readonly code: 'STALE' | 'NOT_READY';
  constructor(code: 'STALE' | 'NOT_READY') {
    super(sentences[code]);
    this.name = 'VerdictsUnavailableError';
    this.code = code;
  }
}
