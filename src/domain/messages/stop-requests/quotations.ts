import type { MessageWord } from '../message-words.ts';

const OPENING = new Set('"“«„');
const CLOSING = new Set('"”»“');
/** A quotation this long repeats somebody's sentence; a shorter one marks a word, as in: I said "stop". */
const SENTENCE = 3;

/** How phones report a reaction to a message: they quote it whole. Over folded words. */
const REACTION =
  /^(?:liked|loved|disliked|laughed at|emphasized|questioned|reacted\b.{0,20} to|le gusto|le encanto|le dio risa|no le gusto|\P{L}{1,8}\bto)$/u;

/**
 * The words that the sender wrote: without reactions to a message, lines of an earlier message behind ">", and longer
 * quotations. A quotation that is the whole message is the sender's own.
 */
export function withoutQuotations(words: readonly MessageWord[]): readonly MessageWord[] {
  if (!words.some(({ text, isSign }) => isSign && (text === '>' || OPENING.has(text)))) return words;
  const spoken = words.reduce((count, { isSign }) => count + (isSign ? 0 : 1), 0);
  const own: MessageWord[] = [];
  let isQuotedLine = false;
  let closing = -1;
  let isUnclosed = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word.isSign && word.text === '\n') isQuotedLine = false;
    if (word.isSign && word.text === '>' && startsLine(words, at)) isQuotedLine = true;
    if (isQuotedLine) continue;
    const opens = word.isSign && OPENING.has(word.text);
    if (opens && closing <= at && !isUnclosed) {
      closing = closingAfter(words, at);
      isUnclosed = closing < 0;
    }
    if (!opens || closing <= at) {
      own.push(word);
      continue;
    }
    const quoted = words.slice(at + 1, closing);
    const quotedSpoken = quoted.filter(({ isSign }) => !isSign).length;
    if (quotedSpoken < spoken && REACTION.test(beginning(own))) return [];
    if (quotedSpoken === spoken || quotedSpoken < SENTENCE) own.push(...quoted);
    else own.push({ ...word, text: '.' });
    at = closing;
  }
  return own;
}

function beginning(own: readonly MessageWord[]): string {
  return own.length > LONGEST_REACTION ? '' : own.map(({ text }) => text).join(' ');
}

const LONGEST_REACTION = 8;

function startsLine(words: readonly MessageWord[], at: number): boolean {
  const last = words[at - 1];
  return last === undefined || last.text === '\n' || last.text === '>';
}

/** The place of the next closing mark; -1 when there is none. */
function closingAfter(words: readonly MessageWord[], at: number): number {
  for (let end = at + 1; end < words.length; end += 1) {
    const word = words[end]!;
    if (word.isSign && CLOSING.has(word.text)) return end;
  }
  return -1;
}
