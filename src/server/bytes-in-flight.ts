/** A receiver of bytes that may be slower than its sender. */
export interface Receiver {
  /** Bytes handed to it and not yet taken by the network. */
  readonly bytesInFlight: number;
  /** Called when all receivers together hold too much, and this one the most. */
  closeAsTooSlow(): void;
}

/** The bound on bytes buffered for all sockets together (P2.7, invariant 10): beyond it the slowest are closed. */
export class BytesInFlight {
  readonly #limit: number;
  readonly #receivers: () => Iterable<Receiver>;
  #total = 0;

  constructor(limit: number, receivers: () => Iterable<Receiver>) {
    this.#limit = limit;
    this.#receivers = receivers;
  }

  get total(): number {
    return this.#total;
  }

  /** Accounts for a change; looks for the slowest only when the bound is passed, so that a send costs an addition. */
  add(bytes: number): void {
    this.#total += bytes;
    while (bytes > 0 && this.#total > this.#limit) {
      let slowest: Receiver | undefined;
      for (const receiver of this.#receivers()) {
        if (receiver.bytesInFlight > (slowest?.bytesInFlight ?? 0)) slowest = receiver;
      }
      if (!slowest) return;
      // Closing gives its bytes back to the total, so the loop ends.
      slowest.closeAsTooSlow();
    }
  }
}
