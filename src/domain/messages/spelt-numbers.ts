import type { MessageWord } from './message-words.ts';

const DIGITS = /^\d+$/;
/** What people put between the digits of a phone number. */
const BETWEEN = new Set(['+', '-', '(', ')', '.', '/', '–']);
const SHORTEST = 7;
const LONGEST = 15;

/**
 * The words without the phone numbers in them: "STOP 415 555 0123" and "take 4155550123 off your list" ask for what they ask
 * without the number. The same array when there is none.
 */
export function withoutNumbers(words: readonly MessageWord[]): readonly MessageWord[] {
  const kept: MessageWord[] = [];
  let found = false;
  for (let at = 0; at < words.length; ) {
    const end = endOfNumber(words, at);
    if (end > at) {
      found = true;
      at = end;
    } else {
      kept.push(words[at]!);
      at += 1;
    }
  }
  return found ? kept : words;
}

/** Behind the last word of a number that begins here; here when none does. */
function endOfNumber(words: readonly MessageWord[], from: number): number {
  let digits = 0;
  let end = from;
  for (let at = from; at < words.length; at += 1) {
    const { text, isSign } = words[at]!;
    if (!isSign && DIGITS.test(text)) {
      digits += text.length;
      end = at + 1;
    } else if (!isSign || !BETWEEN.has(text)) break;
    if (digits > LONGEST) return from;
  }
  return digits >= SHORTEST ? end : from;
}
