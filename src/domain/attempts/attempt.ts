import type { ActorRef } from '../../changes/write-call.ts';
import type { Channel, Direction } from '../../suppression-index/block-mask.ts';
import type { Reason } from '../../suppression-index/verdict.ts';
import type { MessageType } from '../consents/consent.ts';

/** How a contact comes about. It never changes the verdict: no path skips the gate by kind. */
export const dialingModes = ['AGENT_MANUAL', 'CLICK_TO_CALL', 'DIALER', 'CAMPAIGN', 'CALLBACK', 'API'] as const;
export type DialingMode = (typeof dialingModes)[number];

/** What an attempt keeps of the verdict and of the question. */
interface AttemptFacts {
  readonly id: string;
  /** The number's key (R2.3); of what can't be read the text as it came, '' for a withheld caller. */
  readonly phone: string;
  readonly direction: Direction;
  readonly channel: Channel;
  readonly dialingMode: DialingMode;
  readonly campaignId: number | null;
  readonly messageType: MessageType | null;
  readonly decision: 'ALLOW' | 'BLOCK';
  readonly reasons: readonly Reason['code'][];
  /** The lists that spoke against it. */
  readonly listIds: readonly number[];
  /** A grant let it pass in spite of its reasons (R4.5). */
  readonly grantUsed: boolean;
  /** The agent, by the caller's own id. */
  readonly agent: string | null;
}

/** An attempt on its way to the database; as JSON a line of the journal. */
export interface NewAttempt extends AttemptFacts {
  readonly environmentId: number;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: ActorRef;
}

/** An attempt as it is kept. */
export interface AttemptRow extends AttemptFacts {
  readonly environmentId: number;
  /** Its place among the environment's attempts: without gaps, in the order in which they were written. */
  readonly position: number;
  readonly at: Date;
  readonly actorId: number;
}

/** Longest text that stands for a number that can't be read; a key may be longer. */
const LONGEST_UNREAD = 100;

/** The one text that an attempt is kept and found under. */
export function phoneOf(keys: readonly string[], raw: string | null): string {
  return keys[0] ?? (raw ?? '').toWellFormed().replaceAll('\0', '\ufffd').trim().slice(0, LONGEST_UNREAD);
}
