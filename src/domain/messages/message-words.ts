import { foldCharacter, isApostrophe } from './fold-character.ts';

/** What a reader needs of a word: how it compares, and where it stands in the text as it was received. */
export interface MessageWord {
  /** Folded; for a sign (`isSign`) the sign itself. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Punctuation, a line break or a picture: not a word. */
  readonly isSign: boolean;
}

/** Nobody asks to be left alone after ten thousand characters; what is behind them isn't looked at. */
export const LONGEST_READ = 10_000;

const PICTURE = /^\p{Extended_Pictographic}/u;
/** May stand inside a word: `f***`, `c@ll`, `$top`. */
const IN_WORDS = new Set('*@$|');
/** `*STOP*` is emphasis; in `f***` the stars are letters. */
const LETTERS_THEN_STARS = /^[^*]{3,}\*+$/;
const BREAKS = new Set('.,!?;:/\n()[]{}"“”„«»<>-–—…#~_=+&*@$|¡¿•·');

/** The words and signs of a message, in order. One pass, whatever the text. */
export function messageWords(raw: string): MessageWord[] {
  const words: MessageWord[] = [];
  let text = '';
  let start = 0;
  let end = 0;
  const finish = () => {
    if (LETTERS_THEN_STARS.test(text)) {
      const letters = text.replace(/\*+$/, '');
      end -= text.length - letters.length;
      text = letters;
    }
    if (text !== '') words.push({ text, start, end, isSign: false });
    text = '';
  };
  const length = Math.min(raw.length, LONGEST_READ);
  for (let at = 0; at < length; ) {
    const sign = String.fromCodePoint(raw.codePointAt(at)!);
    const next = at + sign.length;
    const letters = foldCharacter(sign);
    if (letters !== null) {
      if (text === '') start = at;
      text += letters;
      if (text !== '') end = next;
    } else if (text !== '' && IN_WORDS.has(sign) && isWordSign(raw, next)) {
      text += sign;
      end = next;
    } else if (!(text !== '' && isApostrophe(sign) && isLetter(raw, next))) {
      const isSign = BREAKS.has(sign) || PICTURE.test(sign);
      if (text === '' && (sign === '$' || sign === '@') && isLetter(raw, next)) {
        [text, start, end] = [sign, at, next];
      } else {
        finish();
        if (isSign) words.push({ text: sign, start: at, end: next, isSign: true });
      }
    }
    at = next;
  }
  finish();
  return words;
}

function isLetter(raw: string, at: number): boolean {
  const code = raw.codePointAt(at);
  return code !== undefined && Boolean(foldCharacter(String.fromCodePoint(code)));
}

function isWordSign(raw: string, at: number): boolean {
  return IN_WORDS.has(raw[at] ?? '') || isLetter(raw, at) || raw[at - 1] === '*';
}
