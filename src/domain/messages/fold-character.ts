/**
 * Letters of other alphabets that look like Latin ones, in pairs. A phone's keyboard or a prankster writes `Ѕtop` or
 * `stοp`; who reads it sees STOP. Source: picked by hand, those that a reader can't tell apart; Unicode's confusables.txt (UTS 39)
 * has many more that nobody types.
 */
const LOOK_ALIKES = 'аaеeоoрpсcуyхxѕsіiјjԁdвbнhкkмmтtαaοoρpτtυuνvιiκkεeꜱsɪiıiøoßsðdłl';
/** Characters that people type for a letter inside a word (`st0p`, `$top`, `unsub5cribe`). */
const STAND_INS = '0o1i3e4a5s7t8b@a$s|l';

const APOSTROPHES = "'’‘`´ʼ＇ʹ′‛";

const lookAlikes = pairs(LOOK_ALIKES);
const standIns = pairs(STAND_INS);
const apostrophes = new Set(APOSTROPHES);

function pairs(text: string): Map<string, string> {
  const signs = [...text];
  return new Map(signs.flatMap((sign, at) => (at % 2 === 0 ? [[sign, signs[at + 1] ?? ''] as const] : [])));
}

export function isApostrophe(sign: string): boolean {
  return apostrophes.has(sign);
}

const ACCENT = /[\u0300-\u036f]/g;
const IGNORED = /^[\p{Cf}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}]$/u;
const WORD_SIGN = /^[\p{L}\p{N}\p{M}]/u;

const folded = new Map<string, string>();
/** More different characters than a message has; beyond it a flood of odd ones is folded without being remembered. */
const REMEMBERED = 4_000;

/**
 * A character in the form that words are compared in: lower case, without accents, full-width and mathematical letters as
 * plain ones, look-alikes as what they look like. '' for marks that nobody sees, null for what ends a word.
 */
export function foldCharacter(sign: string): string | null {
  const known = folded.get(sign);
  if (known !== undefined) return known === ' ' ? null : known;
  const result = fold(sign);
  if (folded.size < REMEMBERED) folded.set(sign, result ?? ' ');
  return result;
}

function fold(sign: string): string | null {
  if (IGNORED.test(sign)) return '';
  const plain = sign.normalize('NFKD').replace(ACCENT, '').toLowerCase();
  if (!WORD_SIGN.test(plain)) return null;
  return [...plain].map((letter) => lookAlikes.get(letter) ?? letter).join('');
}

/** `st0p` as `stop`: the word with letters for the signs that stand in for them. */
export function withoutStandIns(word: string): string {
  let text = '';
  for (const sign of word) text += standIns.get(sign) ?? sign;
  return text;
}
