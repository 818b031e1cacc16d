import type { Viewer } from '../../auth/viewer.ts';
import type { Cursor } from '../../changes/cursor.ts';
import type { Channel, Direction, Lists } from '../../suppression-index/block-mask.ts';
import { deriveVerdict, type Verdict, type VerdictSource } from '../../suppression-index/verdict.ts';
import type { ParsedNumber } from '../numbers/phone-number.ts';
import type { Settings } from '../settings.ts';
import type { ReadNumber } from './read-number.ts';

/** Whose list is asked: an answer never looks outside the viewer's environment. */
export type Asking = Pick<Viewer, 'environmentId'>;

/** The contact that is meant (R3.1). */
export interface Contact {
  readonly direction: Direction;
  readonly channel: Channel;
}

/** A verdict with all that is needed to show it: names of lists, details of the number, and the place in the log. */
export interface CheckAnswer extends Verdict, Contact {
  /** As read; null when the caller withheld it. */
  readonly number: ParsedNumber | null;
  /** What was looked up: the E.164 form, if there is one, then the other keys (R2.3). */
  readonly keys: readonly string[];
  /** The place in the log that the answer is true at; null with NOT_READY, where nothing was looked up. */
  readonly cursor: Cursor | null;
  /** To name the lists of the reasons. For an answer about now it is the index's own map and goes on changing with it. */
  readonly lists: Lists;
  readonly settings: Settings;
  /** The moment that was asked about; null: now. */
  readonly at: Date | null;
}

/** What an answer is made from. `source` null: this node has nothing loaded to answer from. */
export interface Standing {
  readonly source: VerdictSource | null;
  readonly stale: boolean;
  readonly cursor: Cursor | null;
  readonly lists: Lists;
  readonly settings: Settings;
  readonly at: Date | null;
}

/** The verdict on one contact with a number that was already read. Synchronous: facts and cursor are of one instant. */
export function answerFor(read: ReadNumber, { direction, channel }: Contact, standing: Standing): CheckAnswer {
  const { source, stale, cursor, lists, settings, at } = standing;
  const { number, otherKeys, keys } = read;
  const { decision, reasons } = deriveVerdict({ number, otherKeys, direction, channel, source, stale });
  return { decision, reasons, direction, channel, number, keys, cursor, lists, settings, at };
}

/** R2.4: what is allowed whatever is loaded, stale or listed. */
export function isEmergencyCall(number: ParsedNumber | null, { direction, channel }: Contact): boolean {
  return Boolean(number?.emergency) && direction === 'OUTBOUND' && channel === 'CALL';
}
