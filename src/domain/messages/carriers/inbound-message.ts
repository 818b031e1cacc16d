/** A text that came in, as every carrier's request is read. */
export interface InboundMessage {
  /** As the carrier gives it: E.164, a short code, or a name. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The carrier's own id of the message: with it a repeated delivery is known (R4.7). */
  readonly externalId: string;
  /** When the carrier says it came; null when it doesn't say. */
  readonly receivedAt: Date | null;
  /** What the carrier itself did with it, where it answers opt-outs. */
  readonly optOutType: 'STOP' | 'START' | 'HELP' | null;
}

/** Why a request can't be read as a message. The sentence names the field and holds no value of it. */
export interface UnreadableMessage {
  readonly problem: string;
}
