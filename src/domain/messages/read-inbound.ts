import type { CountryCode } from 'libphonenumber-js/max';
import { parseListable } from '../numbers/listed-number.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { InboundMessage } from './carriers/inbound-message.ts';
import { LONGEST_READ } from './message-words.ts';

/** A message as it will be kept and understood: nothing in it that a database can't hold. */
export interface ReadMessage {
  readonly sender: Sender;
  /** The sender as given, where that isn't the key. */
  readonly raw: string | null;
  readonly businessNumber: string;
  readonly body: string;
  /** The text was longer than is read; what it says at its beginning counts all the same. */
  readonly isCut: boolean;
  readonly externalId: string;
  readonly receivedAt: Date;
}

export interface Sender {
  /** What the sender is listed, found and remembered under. */
  readonly key: string;
  /** Why it can't be on a list, such as an emergency number; null for almost everybody. */
  readonly problem: NumberProblem | null;
}

/** Longer than any number or name; what is kept of one. */
const LONGEST_SENDER = 512;
const LONGEST_EXTERNAL_ID = 200;
/** Before anybody had this server: a clock that isn't set. Such a text is no newer than any other word (R4.1). */
const EARLIEST = Date.UTC(1990, 0, 1);

/**
 * Reads an inbound message. Of format nothing is asked, so that no opt-out is lost (R2.3): a sender that is no number is
 * kept as it came, a text that is too long is read in its first part, and it came now at the latest (R4.1).
 * @throws UserProblemError when it has no sender, no receiver or no id to know it by
 */
export function readInbound(
  message: InboundMessage,
  { settings, now }: { readonly settings: Pick<Settings, 'defaultCountry'>; readonly now: Date },
): ReadMessage {
  const from = present(message.from, 'from', "the sender's number");
  const to = present(message.to, 'to', 'the number of yours that it was sent to');
  const externalId = present(message.externalId, 'externalId', "the carrier's id of the message");
  if (externalId.length > LONGEST_EXTERNAL_ID) {
    const sentence = `An externalId has at most ${LONGEST_EXTERNAL_ID} characters and this one has ${externalId.length}.`;
    throw new UserProblemError(problem('TOO_LONG', 'input.externalId', sentence));
  }
  const sender = senderOf(from, settings);
  const time = message.receivedAt?.getTime() ?? now.getTime();
  return {
    sender,
    raw: from === sender.key ? null : from,
    businessNumber: keyOf(to, settings),
    body: held(message.body, LONGEST_READ),
    isCut: message.body.length > LONGEST_READ,
    externalId,
    receivedAt: new Date(Math.max(EARLIEST, Math.min(time, now.getTime()))),
  };
}

function present(text: string, field: 'from' | 'to' | 'externalId', what: string): string {
  const kept = held(text.trim(), LONGEST_SENDER);
  if (kept === '')
    throw new UserProblemError(problem('REQUIRED', `input.${field}`, `There is no ${field}: give ${what}.`));
  return kept;
}

function senderOf(from: string, settings: Pick<Settings, 'defaultCountry'>): Sender {
  const listable = listableOf(from, settings);
  return listable.ok ? { key: listable.key, problem: null } : { key: from, problem: listable.problem };
}

function keyOf(number: string, settings: Pick<Settings, 'defaultCountry'>): string {
  const listable = listableOf(number, settings);
  return listable.ok ? listable.key : number;
}

function listableOf(number: string, { defaultCountry }: Pick<Settings, 'defaultCountry'>) {
  return parseListable(number, {
    defaultCountry: defaultCountry as CountryCode,
    acceptsSenders: false,
    keepAsReceived: true,
  });
}

/** What a database can hold of a text, and no more than so many characters of it. */
function held(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');
}
