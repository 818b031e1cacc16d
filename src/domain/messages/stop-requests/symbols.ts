import type { MessageWord } from '../message-words.ts';
import { COMMA, FULL_STOP, LAUGH_PICTURE, QUESTION_MARK, symbolNamed, symbolOf, UNKNOWN } from './vocabulary.ts';

/** A message as the rules see it: a symbol for each word or break, and the word that each stands for. */
export interface SymbolText {
  readonly symbols: string;
  readonly words: readonly MessageWord[];
}

const SENTENCE_ENDS = new Set('.!…\n');
const LAUGHS = new Set('😂🤣😆😅😁😍🥰😊😹❤💕😘');
const STOPS = new Set('🛑⛔🚫');
const JOINS = new Set("-–_~=+*@$|'");
/** What a break of this strength is not weakened by. */
const STRENGTH = [COMMA, FULL_STOP, QUESTION_MARK];

/** Reads the words of a message as symbols. */
export function readSymbols(read: readonly MessageWord[]): SymbolText {
  const hasWords = read.some(({ isSign }) => !isSign);
  const words: MessageWord[] = [];
  let symbols = '';
  const add = (symbol: string, word: MessageWord) => {
    symbols += symbol;
    words.push(word);
  };
  for (let at = 0; at < read.length; at += 1) {
    const word = read[at]!;
    if (word.isSign) {
      const symbol = symbolOfSign(word, read[at - 1], read[at + 1], hasWords);
      const last = symbols.at(-1);
      if (symbol === '' || (!hasWords && symbol === last)) continue;
      if (STRENGTH.includes(symbol) && (last === undefined || STRENGTH.includes(last))) {
        if (last === undefined || STRENGTH.indexOf(symbol) <= STRENGTH.indexOf(last)) continue;
        symbols = symbols.slice(0, -1) + symbol;
        words[words.length - 1] = word;
      } else add(symbol, word);
      continue;
    }
    const spelt = speltOut(read, at);
    if (spelt) {
      add(spelt.symbol, { ...word, end: read[spelt.last]!.end });
      at = spelt.last;
      continue;
    }
    const symbol = symbolOf(word.text);
    if (symbol === UNKNOWN && /\d/.test(word.text)) for (const part of parts(word)) add(symbolOf(part.text), part);
    else add(symbol, word);
  }
  return { symbols, words };
}

/** "Do not. Text. Me." as "do not text me": without the stops between sentences of one or two words. Null where there are none. */
export function withoutEmphasis({ symbols, words }: SymbolText): SymbolText | null {
  const isStop = (at: number) => at < 0 || at >= symbols.length || symbols[at] === FULL_STOP;
  const isShort = (at: number, step: number) => !isStop(at + step) && (isStop(at + 2 * step) || isStop(at + 3 * step));
  const kept = [...symbols].map((symbol, at) => symbol !== FULL_STOP || !(isShort(at, -1) && isShort(at, 1)));
  if (!kept.includes(false)) return null;
  return {
    symbols: [...symbols].filter((_, at) => kept[at]).join(''),
    words: words.filter((_, at) => kept[at]),
  };
}

function symbolOfSign(
  { text, start, end }: MessageWord,
  before: MessageWord | undefined,
  after: MessageWord | undefined,
  hasWords: boolean,
): string {
  if (SENTENCE_ENDS.has(text)) return FULL_STOP;
  if (text === '?') return QUESTION_MARK;
  if (text === '#') return symbolNamed('number');
  if (text === '&') return symbolNamed('and');
  if (LAUGHS.has(text)) return LAUGH_PICTURE;
  // A picture alone speaks; beside words it only colours them.
  if (STOPS.has(text)) return hasWords ? '' : symbolNamed('enough');
  if (text === '🖕') return hasWords ? '' : symbolNamed('fyou');
  // A dash between words without blanks belongs to them (opt-out); one between blanks separates.
  if (JOINS.has(text)) return before?.end === start || after?.start === end ? '' : COMMA;
  return /^\p{Extended_Pictographic}/u.test(text) ? '' : COMMA;
}

/** `s t o p` and `S.T.O.P.`: three single letters or more that make one of our words. */
function speltOut(read: readonly MessageWord[], start: number): { symbol: string; last: number } | null {
  let text = '';
  let last = start;
  for (let at = start; at < read.length && text.length < LONGEST_SPELT; at += 1) {
    const word = read[at]!;
    if (word.isSign) {
      if (read[at - 1]?.isSign) break;
      continue;
    }
    if (word.text.length !== 1) break;
    text += word.text;
    last = at;
  }
  if (text.length < SHORTEST_SPELT) return null;
  const symbol = symbolOf(text);
  return symbol === UNKNOWN ? null : { symbol, last };
}

const SHORTEST_SPELT = 4;
const LONGEST_SPELT = 12;

/** `stop2quit` as its words and digits. */
function parts({ text, start, end }: MessageWord): MessageWord[] {
  return (text.match(/\d+|\D+/g) ?? []).map((part) => ({ text: part, start, end, isSign: false }));
}
