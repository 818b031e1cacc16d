import { mapInSlices } from '../../in-slices.ts';
import { messageWords } from '../messages/message-words.ts';
import { understandTurn } from '../messages/understand-message.ts';
import { textLimits } from '../text-limits.ts';
import type { Turn } from './call-report.ts';

/** A request not to be called, in what somebody said on a call. */
export interface SpokenRequest {
  /** The turn that it begins in, from 0. */
  readonly turn: number;
  readonly speaker: 'CONTACT' | 'UNKNOWN';
  readonly certainty: 'HIGH' | 'MEDIUM';
  /** The words that decided. */
  readonly words: string;
  /** What was said, around them. */
  readonly sentence: string;
  readonly at: Date | null;
}

/** Searched at a time: short enough for other requests to get their turn, long enough for any sentence. */
const PIECE = 1_000;
/** Of the piece before, so that no request is cut in two. */
const OVERLAP = 250;

/** An agent's turn of so few words ("mm-hm", "I understand") comes in between and ends nothing. */
const INTERJECTION = 3;

/**
 * The requests in a transcript, in its order. What the agent said is left out. A request that a phone system has split
 * over several turns of one speaker is found too, where none of the turns says it alone; with the agent's word in between
 * it is likely and not certain, because "I don't", "Okay?", "call me on Monday" may be two sentences.
 */
export async function findRequests(turns: readonly Turn[], phrases: readonly string[]): Promise<SpokenRequest[]> {
  const search = (stretch: Stretch) => requestIn(turns, stretch, phrases);
  const alone = (await mapInSlices(turnsAlone(turns), search)).filter((found) => found !== null);
  const said = new Set(alone.map(({ turn }) => turn));
  const over = (await mapInSlices(turnsJoined(turns, said), search)).filter((found) => found !== null);
  return [...alone, ...over].sort((a, b) => a.turn - b.turn);
}

/** A text to be searched, and where in it each of its turns begins. */
interface Stretch {
  readonly text: string;
  readonly parts: readonly { readonly turn: number; readonly start: number }[];
}

/** Each turn by itself. */
function turnsAlone(turns: readonly Turn[]): Stretch[] {
  return turns.flatMap(({ speaker, text }, turn) =>
    speaker === 'AGENT' ? [] : piecesOf({ text, parts: [{ turn, start: 0 }] }),
  );
}

/** Where one speaker's turn goes over into their next. What says it alone is left out, and ends a run. */
function turnsJoined(turns: readonly Turn[], said: ReadonlySet<number>): Stretch[] {
  const runs: number[][] = [];
  let open: number[] | null = null;
  for (const [turn, { speaker, text }] of turns.entries()) {
    if (speaker === 'AGENT') {
      if (!isInterjection(text)) open = null;
    } else if (said.has(turn)) open = null;
    else if (open && turns[open.at(-1)!]!.speaker === speaker) open.push(turn);
    else {
      open = [turn];
      runs.push(open);
    }
  }
  return runs.flatMap((run) => piecesOf(joined(turns, run))).filter(({ parts }) => parts.length > 1);
}

function isInterjection(text: string): boolean {
  return text.length <= 40 && messageWords(text).filter(({ isSign }) => !isSign).length <= INTERJECTION;
}

function joined(turns: readonly Turn[], run: readonly number[]): Stretch {
  let length = 0;
  const parts = run.map((turn) => {
    const start = length;
    length += turns[turn]!.text.length + 1;
    return { turn, start };
  });
  return { text: run.map((turn) => turns[turn]!.text).join(' '), parts };
}

function piecesOf({ text, parts }: Stretch): Stretch[] {
  const pieces: Stretch[] = [];
  let first = 0;
  for (let start = 0; start < text.length; ) {
    const end = Math.min(start + PIECE, text.length);
    while (first + 1 < parts.length && parts[first + 1]!.start <= start) first += 1;
    const within: { turn: number; start: number }[] = [];
    for (let n = first; n < parts.length && parts[n]!.start < end; n += 1)
      within.push({ turn: parts[n]!.turn, start: Math.max(0, parts[n]!.start - start) });
    pieces.push({ text: text.slice(start, end), parts: within });
    if (end === text.length) break;
    start = beginningAfter(text, end - OVERLAP, end);
  }
  return pieces;
}

/** Where a sentence begins in this part of a text, or else a word: "don't" must not be cut off from what follows it. */
function beginningAfter(text: string, from: number, to: number): number {
  const part = text.slice(from, to);
  const found = /[.!?\n]\s/.exec(part) ?? /\s/.exec(part);
  return found ? from + found.index + found[0].length : from;
}

function requestIn(turns: readonly Turn[], { text, parts }: Stretch, phrases: readonly string[]): SpokenRequest | null {
  const { meaning, certainty, decidedBy } = understandTurn(text, { phrases });
  if (meaning !== 'OPT_OUT' || certainty === null) return null;
  const begins = partAt(parts, Math.min(...decidedBy.map(({ start }) => start)));
  const ends = partAt(parts, Math.max(...decidedBy.map(({ end }) => end - 1)));
  const { speaker, at } = turns[begins.turn]!;
  const saying = parts.filter(({ turn }) => turn >= begins.turn && turn <= ends.turn);
  const spoken = saying.map(({ turn }) => turns[turn]!.text).join(' ');
  const isInterrupted = saying.length < ends.turn - begins.turn + 1;
  return {
    turn: begins.turn,
    speaker: speaker as 'CONTACT' | 'UNKNOWN',
    certainty: isInterrupted ? 'MEDIUM' : certainty,
    words: decidedBy.map((words) => words.text).join(' … '),
    // Of a turn that is longer than evidence may be, the piece that says it.
    sentence: spoken.length <= textLimits.evidence ? spoken : text,
    at,
  };
}

function partAt(parts: Stretch['parts'], place: number): { readonly turn: number } {
  return parts.findLast(({ start }) => start <= place) ?? parts[0]!;
}

/** How a request is known again in another report of its call: who said it, and the words that decided. */
export function requestKey({ speaker, words }: SpokenRequest): string {
  const spoken = messageWords(words)
    .filter(({ isSign }) => !isSign)
    .map(({ text }) => text);
  return `${speaker} ${spoken.join(' ')}`;
}
