import { withoutStandIns } from '../fold-character.ts';
import { englishWords } from './english-words.ts';
import { misspellings } from './misspellings.ts';
import { spanishWords } from './spanish-words.ts';

/** One character for each name of a word, so that rules over words can be regular expressions over characters. */
const FIRST_SYMBOL = 0xe100;
export const UNKNOWN = '\ue000';
export const DIGITS = '\ue001';
/** . and a line break, ? and !, and what separates less: a comma, a bracket, a dash. */
export const FULL_STOP = '\ue002';
export const QUESTION_MARK = '\ue003';
export const COMMA = '\ue004';
export const LAUGH_PICTURE = '\ue005';

const symbolOfName = new Map<string, string>();
const symbolOfForm = new Map<string, string>();
const spanishSymbols = new Set<string>();

for (const [name, forms] of Object.entries(englishWords)) learn(name, forms);
for (const [name, forms] of Object.entries(spanishWords)) spanishSymbols.add(learn(name, forms));
for (const [slip, word] of misspellings([...symbolOfForm.keys()])) symbolOfForm.set(slip, symbolOfForm.get(word)!);

function learn(name: string, forms: string): string {
  if (symbolOfName.has(name)) throw new Error(`The vocabulary has two words named ${name}.`);
  const symbol = String.fromCharCode(FIRST_SYMBOL + symbolOfName.size);
  symbolOfName.set(name, symbol);
  for (const form of forms.split(' ')) {
    if (symbolOfForm.has(form)) throw new Error(`The vocabulary has ${form} twice: under ${name} and another name.`);
    symbolOfForm.set(form, symbol);
  }
  return symbol;
}

/** The character for a word that a rule names. Rules are data: a slip in one is found when the module loads. */
export function symbolNamed(name: string): string {
  const symbol = symbolOfName.get(name);
  if (symbol === undefined) throw new Error(`A rule names the word ${name}, which the vocabulary doesn't have.`);
  return symbol;
}

export function isSpanish(symbol: string): boolean {
  return spanishSymbols.has(symbol);
}

const LETTER_THRICE = /(.)\1{2,}/g;
const LETTER_TWICE = /(.)\1+/g;
const STARRED = /^f[*@$]/;

/** The character for a folded word of a message: as it is written, then with what people do to words undone. */
export function symbolOf(word: string): string {
  const known = symbolOfForm.get(word);
  if (known !== undefined) return known;
  if (/^\p{Nd}+$/u.test(word)) return word.length < SHORTEST_NUMBER ? DIGITS : symbolNamed('number');
  return changed(word) ?? UNKNOWN;
}

function changed(word: string): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  if (STARRED.test(word)) return symbolNamed('profane');
  if (word.endsWith('*')) return symbolOf(word.replace(/\*+$/, ''));
  if (/[\d@$|]/.test(word)) {
    const letters = withoutStandIns(word);
    const found = symbolOfForm.get(letters) ?? symbolOfForm.get(letters.replace(LETTER_TWICE, '$1'));
    if (found !== undefined) return found;
  }
  return (
    symbolOfForm.get(word.replace(LETTER_THRICE, '$1$1')) ??
    symbolOfForm.get(word.replace(LETTER_THRICE, '$1')) ??
    (word.length > 3 ? symbolOfForm.get(word.replace(LETTER_TWICE, '$1')) : undefined)
  );
}

const LONGEST_WORD = 40;
/** From here on digits are a telephone number. */
const SHORTEST_NUMBER = 7;
