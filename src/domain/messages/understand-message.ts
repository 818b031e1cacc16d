import type { Channel } from '../../suppression-index/block-mask.ts';
import { type KeywordMeaning, Keywords } from './keywords.ts';
import { LONGEST_READ, type MessageWord, messageWords } from './message-words.ts';
import { findPhrase } from './own-phrases.ts';
import { withoutNumbers } from './spelt-numbers.ts';
import { findStopRequest } from './stop-requests/find-stop-request.ts';
import { languageOf, type MessageLanguage } from './stop-requests/language.ts';

/** What a contact's message, or a turn of a call, means (R4.2, R4.3), and which of its words say so. */
export interface MessageUnderstanding {
  readonly meaning: 'OPT_OUT' | 'OPT_IN' | 'HELP' | 'NONE';
  /** By the whole message being a keyword, or by a sentence. */
  readonly via: 'KEYWORD' | 'PHRASE' | null;
  /** HIGH acts like STOP; MEDIUM is put up for review, and blocks meanwhile. */
  readonly certainty: 'HIGH' | 'MEDIUM' | null;
  /** The rule that decided, for people; null for keywords. */
  readonly rule: string | null;
  /** What an opt-out speaks of; empty when it names neither calls nor texts. */
  readonly channels: readonly Channel[];
  /** The words that decided, where they stand in the text as it was received. */
  readonly decidedBy: readonly DecidingWords[];
  readonly language: MessageLanguage | null;
}

export interface DecidingWords {
  readonly text: string;
  /** UTF-16 units from the beginning. */
  readonly start: number;
  readonly end: number;
}

export interface UnderstandingOptions {
  /** Those of the environment; the usual ones when absent. */
  readonly keywords?: Keywords;
  /** Phrases that a campaign or environment takes for a clear request, beside the detector's own. */
  readonly phrases?: readonly string[];
}

const usualKeywords = new Keywords();

const NOTHING: MessageUnderstanding = {
  meaning: 'NONE',
  via: null,
  certainty: null,
  rule: null,
  channels: [],
  decidedBy: [],
  language: null,
};

/** What an inbound text means. */
export function understandMessage(raw: string, options: UnderstandingOptions = {}): MessageUnderstanding {
  const words = messageWords(raw);
  const keywords = options.keywords ?? usualKeywords;
  const bare = withoutNumbers(words);
  const meaning = keywords.meaningOf(words, raw) ?? optOutOf(keywords.meaningOf(bare, raw));
  if (meaning === null && keywords.isRemoved(words)) return { ...NOTHING, language: languageOf(words) };
  if (meaning === null) return understandSentence(raw, words, 'SMS', options);
  const said = bare.filter(({ isSign }) => !isSign);
  return {
    ...NOTHING,
    meaning,
    via: 'KEYWORD',
    certainty: 'HIGH',
    decidedBy: [decidingWords(raw, said[0]!.start, said.at(-1)!.end)],
    language: languageOf(words),
  };
}

/** With somebody's number behind it a keyword of the other kinds isn't the whole message (R4.3). */
function optOutOf(meaning: KeywordMeaning | null): 'OPT_OUT' | null {
  return meaning === 'OPT_OUT' ? meaning : null;
}

/** What a contact says in a call: a request to stop, or nothing. Keywords are for texts: "cancel" said aloud is no opt-out. */
export function understandTurn(raw: string, options: UnderstandingOptions = {}): MessageUnderstanding {
  return understandSentence(raw, messageWords(raw), 'CALL', options);
}

/** As it stands, and if that isn't clear, without the phone numbers that people name in their requests. */
function understandSentence(
  raw: string,
  words: readonly MessageWord[],
  door: Channel,
  options: UnderstandingOptions,
): MessageUnderstanding {
  const found = understandWords(raw, words, door, options);
  const bare = withoutNumbers(words);
  if (found.certainty === 'HIGH' || bare === words) return found;
  const withoutThem = understandWords(raw, bare, door, options);
  return found.meaning === 'NONE' || withoutThem.certainty === 'HIGH' ? withoutThem : found;
}

function understandWords(
  raw: string,
  words: readonly MessageWord[],
  door: Channel,
  { phrases = [] }: UnderstandingOptions,
): MessageUnderstanding {
  const request = findStopRequest(words, door);
  const phrase = request?.certainty === 'HIGH' ? null : findPhrase(words, phrases);
  if (!request && !phrase) return { ...NOTHING, language: languageOf(words) };
  return {
    meaning: 'OPT_OUT',
    via: 'PHRASE',
    certainty: phrase ? 'HIGH' : request!.certainty,
    rule: phrase ? 'own phrase' : request!.rule,
    channels: request ? channelsOf(request) : [],
    decidedBy: (phrase ? [phrase] : request!.decidedBy).map(({ start, end }) => decidingWords(raw, start, end)),
    language: languageOf(words) ?? request?.language ?? null,
  };
}

function channelsOf(request: { readonly speaksOfCalls: boolean; readonly speaksOfTexts: boolean }): Channel[] {
  return [...(request.speaksOfCalls ? ['CALL' as const] : []), ...(request.speaksOfTexts ? ['SMS' as const] : [])];
}

function decidingWords(raw: string, start: number, end: number): DecidingWords {
  return { text: raw.slice(start, Math.min(end, LONGEST_READ)), start, end };
}
