import type { EntrySource } from '../changes/write-call.ts';
import type { MessageType } from '../domain/consents/consent.ts';
import type { Channel, Direction } from './block-mask.ts';
import type { Reason, Verdict, VerdictWarning } from './verdict.ts';

/** How an entry came (R1.8). */
export type ListedThrough = EntrySource;

/** What the database knows of one list that blocks: its entry with the earliest `requestedAt` that is enforced. */
export interface Listing {
  readonly listId: number;
  readonly listName: string;
  readonly since: Date;
  readonly reason: string | null;
  readonly source: ListedThrough;
}

export interface SentenceInput {
  readonly verdict: Verdict;
  /** As this viewer may see it: whole, or already masked (`+1•••••••567`). null: withheld. */
  readonly number: string | null;
  readonly direction: Direction;
  readonly channel: Channel;
  /** Details of the LISTED reasons; one that is missing is named in general words. */
  readonly listings: readonly Listing[];
  /** The parser's remedy for INVALID_NUMBER. */
  readonly remedy?: string;
}

const MAX_REASON = 200;
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const without: Record<ListedThrough, string> = {
  MANUAL: 'added by staff',
  API: 'added by a connected system',
  IMPORT: 'added from a file',
  SMS_KEYWORD: 'the person asked by text message',
  SMS_PHRASE: 'the person asked by text message',
  CALL_ACTION: 'added by the agent on a call',
  DISPOSITION: 'after the outcome of a call',
  IVR: 'the person pressed a key during a call',
  TRANSCRIPT: 'the person said so on a call',
};

const noConsent: Record<MessageType, string> = {
  CONVERSATIONAL: 'they have not texted first, and no other consent to texts is on file',
  TRANSACTIONAL: 'no express consent to transactional texts is on file',
  PROMOTIONAL: 'no express written consent to promotional texts is on file',
};

/** What somebody should know though the contact may happen, or beside why it may not. */
export function warningSentence(warning: VerdictWarning): string {
  if (warning.code === 'UNKNOWN_CAMPAIGN')
    return 'The campaign is not known here, or is archived, so every list was counted. Look at its key.';
  const missing = noConsent[warning.messageType];
  return `${missing.charAt(0).toUpperCase()}${missing.slice(1)}. Ask for consent and record it before you text.`;
}

/** What an agent can read out: what to do, and for each block what list, since when, why (R3.2). */
export function verdictSentence(input: SentenceInput): string {
  const { verdict, direction, channel } = input;
  const party = input.number ?? (direction === 'INBOUND' ? 'a withheld number' : 'this number');
  const contact = contactWords(direction, channel, party);
  if (verdict.decision === 'ALLOW') return `You may ${contact}${allowance(verdict.reasons)}.`;
  const listed = verdict.reasons.filter((reason) => reason.code === 'LISTED');
  const why: string[] = [];
  if (listed.length > 0) why.push(`it is on ${joined(listed.map((reason) => listWords(reason, input)))}`);
  const advice: string[] = [];
  for (const reason of verdict.reasons) {
    if (reason.code === 'INVALID_NUMBER') {
      why.unshift("it can't be read as a phone number");
      advice.push(asSentence(input.remedy ?? 'Correct the number and check it again'));
    } else if (reason.code === 'CONSENT_INSUFFICIENT') {
      why.push(noConsent[reason.messageType]);
      advice.push('Ask for consent and record it, then check again.');
    } else if (reason.code === 'STALE') {
      why.push('this server may have missed the newest opt-outs');
      advice.push('Check again in a few seconds; if this stays, tell your administrator.');
    } else if (reason.code === 'NOT_READY') {
      why.push('this server is still loading its lists');
      advice.push('Check again in a few seconds.');
    }
  }
  return [`Do not ${contact}: ${joined(why)}.`, ...advice].join(' ');
}

function contactWords(direction: Direction, channel: Channel, party: string): string {
  if (direction === 'OUTBOUND') return `${channel === 'CALL' ? 'call' : 'text'} ${party}`;
  return channel === 'CALL' ? `take the call from ${party}` : `accept the text from ${party}`;
}

function allowance(reasons: readonly Reason[]): string {
  const code = reasons[0]?.code;
  if (code === 'EMERGENCY_NUMBER') return ': it is an emergency or crisis number, and calls to it are never blocked';
  if (code === 'CALLER_UNREADABLE')
    return ': without a readable number nothing is known against the caller, so ask who it is';
  return '';
}

function listWords(reason: Reason & { code: 'LISTED' }, input: SentenceInput): string {
  const listing = input.listings.find(({ listId }) => listId === reason.listId);
  if (listing === undefined) return 'a suppression list';
  const { listName, since, source } = listing;
  const name = /\blist$/i.test(listName) ? listName : `${listName} list`;
  const review = reason.enforced === 'SOFT' ? ', waiting for review' : '';
  const why = spoken(listing.reason, input.number) || without[source];
  return `the ${name} since ${date.format(since)} (${why}${review})`;
}

/** A reason as part of a sentence: one line, no final stop, and no digits of a number that this viewer sees masked. */
function spoken(reason: string | null, number: string | null): string {
  let text = (reason ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.;,\s]+$/, '');
  if (number?.includes('•')) text = text.replace(/\p{Nd}(?:[\s().\-/]*\p{Nd}){3,}/gu, '•••');
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1).trimEnd()}…` : text;
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
