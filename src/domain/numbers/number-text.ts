import { type NumberProblem, numberProblem } from './number-problem.ts';
import { plainText } from './plain-text.ts';

/** The longest text, without invisible marks and outer blanks, that is looked at as one number. */
const LONGEST_TEXT = 64;
/** E.164 allows 15; a trunk prefix, an international prefix and a carrier code may stand before them. */
const MOST_DIGITS = 24;

const OUTER_QUOTES = /^['"`´‘’‚‛“”ʼ′]+|['"‘’“”]+$/g;
const SPREADSHEET = /^\+?\d(?:[.,]\d+)?E\+?\d{1,2}$|^\+?\d{7,}[.,]0{1,2}$/i;
const EXTENSION =
  /^(.*?\d[^\p{L}\d]*?)(?:;\s*ext=|(?:extensi[oó]n|extn?|poste|anexo|доб|x|#)[\s.:=#-]*)\d{1,9}\s*#?$/isu;
/** What phones print after a number that is dialled with a pause: `+14151234567,,12`. */
const PAUSE = /^(.*\d)[,;]+\d{1,6}#?$/s;
const LONG_PART = /(?:\d[^\d]*){7}/;
const LETTER = /(?!\u30fc)\p{L}/u;
/** Blanks, dashes of all kinds (with the minus and the long sound mark that Japan uses), dots, brackets, slashes. */
const WRITTEN_NUMBER = /^[([\s]*\+?[\d\s\x85\p{Pd}\u2212\u30fc.·•‧∙⋅()[\]/~⁓∼]*$/u;

/** A number as it was written, reduced to what is dialled. */
export interface NumberText {
  readonly international: boolean;
  /** ASCII digits, at least one. */
  readonly digits: string;
}

/**
 * Reads what a person or a phone prints (R2.1). Extensions are dropped, because a suppressed number is suppressed at
 * every desk. Whatever could be read in two ways is refused. Bounded work: long texts are refused before any pattern.
 */
export function readNumberText(raw: string): NumberText | NumberProblem {
  const plain = plainText(raw);
  if (plain === null || plain.length > LONGEST_TEXT) return numberProblem('TOO_LONG_TEXT');
  let text = plain.replace(OUTER_QUOTES, '').trim();
  if (text === '') return numberProblem('EMPTY');
  if (/^tel:/i.test(text)) text = readTelUri(text);
  if (SPREADSHEET.test(text)) return numberProblem('SPREADSHEET_NUMBER');
  text = withoutExtension(text);

  if (holdsSeveral(text)) return numberProblem('SEVERAL_NUMBERS');
  if (LETTER.test(text)) return numberProblem('LETTERS');
  if (!WRITTEN_NUMBER.test(text)) return numberProblem('NOT_A_NUMBER');
  const digits = text.replace(/\D/g, '');
  if (digits === '') return numberProblem('NOT_A_NUMBER');
  if (digits.length > MOST_DIGITS) return numberProblem('TOO_LONG');
  return { international: text.includes('+'), digits };
}

/** RFC 3966: the number, in front of it a `phone-context` that is a number itself; all other parameters dropped. */
function readTelUri(uri: string): string {
  const [number = '', ...parameters] = decoded(uri.replace(/^tel:\/*/i, '')).split(';');
  const context = parameters.find((parameter) => /^phone-context=\+/i.test(parameter));
  const isLocal = context !== undefined && !number.trim().startsWith('+');
  return (isLocal ? context.slice(context.indexOf('=') + 1) : '') + number.trim();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutExtension(text: string): string {
  const number = EXTENSION.exec(text)?.[1]?.replace(/[\s,;]+$/, '');
  // With less in front of it the x may stand for a digit or a dash.
  if (number !== undefined && countDigits(number) >= 7) return number;
  const paused = PAUSE.exec(text)?.[1];
  // A short text with a comma in it is more likely a decimal or two numbers than a number with a pause.
  return paused !== undefined && countDigits(paused) >= 10 ? paused : text;
}

function countDigits(text: string): number {
  return text.replace(/\D/g, '').length;
}

function holdsSeveral(text: string): boolean {
  if (/\d.*\+/s.test(text)) return true;
  const parts = text.split(/[,;|&/\n\r]|\b(?:or|and)\b/i);
  if (parts.filter((part) => LONG_PART.test(part)).length > 1) return true;
  // `4151234567/68` names two numbers; `089/1234567` is one.
  return /(?:\d[^\d/]*){7}\/\s*\d{1,3}$/.test(text);
}
