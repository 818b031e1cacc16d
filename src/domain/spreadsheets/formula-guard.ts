/**
 * A spreadsheet runs a cell that begins like a formula, whoever typed it. An apostrophe in front makes it text. It is put
 * where a program may see the beginning of a cell: at the start, and behind what splits cells in some countries' settings
 * or starts a line (`x;=A1` is two cells in Germany). `unprotectCell` takes away exactly that apostrophe, and nothing else.
 */
export function protectCell(text: string): string {
  return isHarmless(text) ? text : mapPieces(text, (piece, next) => (isFormula(piece, next) ? `'${piece}` : piece));
}

/** The text that `protectCell` was given; a text that it never answers stays as it is. */
export function unprotectCell(text: string): string {
  if (!text.includes("'")) return text;
  return mapPieces(text, (piece, next) =>
    piece.startsWith("'") && isFormula(piece.slice(1), next) ? piece.slice(1) : piece,
  );
}

/** An E.164 number begins with a plus, and is a number to every spreadsheet. */
const NUMBER = /^'*\+[1-9]\d{6,14}$/;
const SUSPECT = /[=+\-@\t\r\n\0\uff0b\uff0d\uff1d\uff20]/;
const SEPARATOR = /([;\t\r\n])/;
/**
 * Apostrophes in front don't count, so that a text with one of its own gets one more, and only that one is taken away.
 * Blanks, byte order marks and other marks that nobody sees are skipped by programs.
 */
const FORMULA = /^'*[\s\0\p{Cf}]*[=+\-@\uff0b\uff0d\uff1d\uff20]/u;
/** A cell that begins with U+0000, or (with nothing but apostrophes before it) with a tab or a line break. */
const CONTROL = /^'*\0/;
const ONLY_APOSTROPHES = /^'*$/;

function isHarmless(text: string): boolean {
  return !SUSPECT.test(text) || NUMBER.test(text);
}

/** The pieces between separators, each with what separates it from the next; `isFormula` sees which one is the first. */
function mapPieces(text: string, change: (piece: string, next: Next) => string): string {
  if (NUMBER.test(text)) return text;
  const parts = text.split(SEPARATOR);
  return parts
    .map((part, n) => (n % 2 === 1 ? part : change(part, { isFirst: n === 0, separator: parts[n + 1] })))
    .join('');
}

interface Next {
  readonly isFirst: boolean;
  readonly separator: string | undefined;
}

function isFormula(piece: string, { isFirst, separator }: Next): boolean {
  if (FORMULA.test(piece)) return true;
  if (!isFirst) return false;
  return CONTROL.test(piece) || (ONLY_APOSTROPHES.test(piece) && separator !== undefined && separator !== ';');
}
