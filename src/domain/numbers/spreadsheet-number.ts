/**
 * Undoes what a spreadsheet does to a column of numbers: `4.155551234E9` and `4155551234.0` are 4155551234. Null when the
 * text has no such form, or when digits are lost (`4.15555E+09`): those must not be guessed (R2.2). For imports only,
 * which say so in the row's warning.
 */
export function undoSpreadsheetNumber(raw: string): string | null {
  const text = raw.trim();
  if (text.length > LONGEST) return null;
  const decimal = /^(\d{7,15})[.,]0{1,2}$/.exec(text);
  if (decimal) return decimal[1]!;
  const scientific = /^([1-9])[.,](\d{6,14})E\+?(\d{1,2})$/i.exec(text);
  if (!scientific || scientific[2]!.length !== Number(scientific[3])) return null;
  return scientific[1]! + scientific[2]!;
}

const LONGEST = 24;
