import { createHash } from 'node:crypto';
import type { CountryCode } from 'libphonenumber-js/max';
import { parseListable } from '../numbers/listed-number.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { businessNumberKey } from '../verdicts/thread-consent.ts';
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
  /** Null: now, by the database's clock. Never later. */
  readonly receivedAt: Date | null;
}

export interface Sender {
  /** What the sender is listed, found and remembered under. */
  readonly key: string;
  /** Why it can't be on a list, such as an emergency number; null for almost everybody. */
  readonly problem: NumberProblem | null;
  /** It is no number that anybody could call: it is matched as it came, and no other spelling of it (R2.3). */
  readonly isAsReceived: boolean;
}

/** What no list takes (R2.2), however it is spelt. */
const UNLISTABLE: ReadonlySet<string> = new Set(['EMERGENCY_NUMBER', 'CRISIS_NUMBER']);
/** Longer than any number or name; what is kept of one. */
const LONGEST_SENDER = 512;
const LONGEST_EXTERNAL_ID = 200;
const LONGEST_GIVEN_ID = 10_000;
/** Before anybody texted: a clock that isn't set. Such a text came now, as far as anybody knows. */
const EARLIEST = Date.UTC(1990, 0, 1);

/**
 * Reads an inbound message. Of format nothing is asked, so that no opt-out is lost (R2.3): a sender that is no number is
 * kept as it came, a text that is too long is read in its first part, an id that is too long is known by its digest, and it came
 * now at the latest (R4.1).
 * @throws UserProblemError when it has no sender or no id to know it by
 */
export function readInbound(
  message: InboundMessage,
  { settings, now }: { readonly settings: Pick<Settings, 'defaultCountry'>; readonly now: Date },
): ReadMessage {
  const from = present(message.from, 'from', "the sender's number");
  const to = held(message.to.trim(), LONGEST_SENDER);
  const externalId = shortId(present(message.externalId, 'externalId', "the carrier's id of the message"));
  const sender = senderOf(from, settings);
  return {
    sender,
    raw: from === sender.key ? null : from,
    businessNumber: businessNumberKey(to, settings.defaultCountry as CountryCode),
    body: held(message.body, LONGEST_READ),
    isCut: message.body.length > LONGEST_READ,
    externalId,
    receivedAt: pastTime(message.receivedAt, now),
  };
}

/** Null for what can't be meant: an opt-out counts from now then, the side that blocks. */
function pastTime(at: Date | null | undefined, now: Date): Date | null {
  const time = at?.getTime();
  return time === undefined || !(time >= EARLIEST && time < now.getTime()) ? null : new Date(time);
}

function shortId(id: string): string {
  return id.length <= LONGEST_EXTERNAL_ID ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

function present(text: string, field: 'from' | 'externalId', what: string): string {
  const kept = field === 'from' ? held(text.trim(), LONGEST_SENDER) : held(text.trim(), LONGEST_GIVEN_ID);
  if (/^[\p{Cc}\p{Cf}\p{Z}\ufffd]*$/u.test(kept))
    throw new UserProblemError(problem('REQUIRED', `input.${field}`, `There is no ${field}: give ${what}.`));
  return kept;
}

/**
 * Carriers write E.164 in several ways: without its plus, with 00 before it, behind the name of a channel (`whatsapp:`). Each is
 * read as the number that it is, because a person who opts out means that number, however it came here.
 */
function senderOf(from: string, settings: Pick<Settings, 'defaultCountry'>): Sender {
  const spellings = [from, from.replace(/^[a-z][a-z0-9+.-]{1,20}:/i, '').replace(/[@;].*$/, '')];
  const digits = spellings[1]!.replace(/^\+|^00/, '');
  if (/^\d{8,15}$/.test(digits)) spellings.push(`+${digits}`);
  for (const spelling of spellings) {
    const read = listableOf(spelling, settings);
    if (!read.ok && UNLISTABLE.has(read.problem.code)) return { key: from, problem: read.problem, isAsReceived: true };
    if (read.ok && read.kind === 'E164') return { key: read.key, problem: null, isAsReceived: false };
  }
  const listable = listableOf(from, settings);
  return listable.ok
    ? { key: listable.key, problem: null, isAsReceived: true }
    : { key: from, problem: listable.problem, isAsReceived: true };
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
